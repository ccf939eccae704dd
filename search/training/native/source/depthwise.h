/* 3x3 depthwise convolutions of one image, padded with zeros. Filters are [9][channels]. `s` is the shape of x; with a stride of
 * 2, n pixels become ceil(n / 2). */

static long strided(long pixels, int stride) { return (pixels - 1) / stride + 1; }

/* [channels][9] -> [9][channels]. */
static void pack_filters(REAL *to, const REAL *weights, long channels)
{
    for (long c = 0; c < channels; c++)
        for (int k = 0; k < 9; k++)
            to[k * channels + c] = weights[c * 9 + k];
}

static void convolve_row(const REAL *const rows[3], const REAL *filters, REAL *RESTRICT y, const shape *s, int stride)
{
    long channels = s->channels, width = strided(s->width, stride), c = 0;
    for (; c + LANES <= channels; c += LANES) {
        lanes w[9];
#pragma GCC unroll 9
        for (int k = 0; k < 9; k++)
            w[k] = at(filters + k * channels + c);
        for (long x = 0; x < width; x++) {
            lanes sums[3] = {{0}};
#pragma GCC unroll 9
            for (int k = 0; k < 9; k++)
                sums[k / 3] += w[k] * at(rows[k / 3] + (x * stride - 1 + k % 3) * channels + c);
            *(lanes *)(y + x * channels + c) = sums[0] + sums[1] + sums[2];
        }
    }
    if (c < channels)
        for (long x = 0; x < width; x++)
            for (long d = c; d < channels; d++) {
                REAL sum = 0;
                for (int k = 0; k < 9; k++)
                    sum += filters[k * channels + d] * rows[k / 3][(x * stride - 1 + k % 3) * channels + d];
                y[x * channels + d] = sum;
            }
}

static void depthwise_image(const ring *near, const REAL *x, const REAL *filters, REAL *y, const shape *s, int stride)
{
    long height = strided(s->height, stride), row = strided(s->width, stride) * s->channels, entered = 0;
    for (long h = 0; h < height; h++) {
        long middle = h * stride;
        for (; entered <= least(middle + 1, s->height - 1); entered++)
            enter(near, x, entered);
        const REAL *rows[3] = {row_of(near, middle - 1), row_of(near, middle), row_of(near, middle + 1)};
        convolve_row(rows, filters, y + h * row, s, stride);
    }
}

/* One row of both gradients, from the gradient's rows around it. */
static void convolve_row_backward(const REAL *const rows[3], const REAL *filters, const REAL *x, REAL *towards_x, int adds,
                                  REAL *towards_filters, const shape *s)
{
    long channels = s->channels, c = 0;
    for (; c + LANES <= channels; c += LANES) {
        lanes w[9], sums[9];
#pragma GCC unroll 9
        for (int k = 0; k < 9; k++) {
            w[k] = at(filters + k * channels + c);
            sums[k] = *(const lanes *)(towards_filters + k * channels + c);
        }
        for (long p = 0; p < s->width; p++) {
            lanes here = *(const lanes *)(x + p * channels + c), sum[3] = {{0}};
            lanes *to = (lanes *)(towards_x + p * channels + c);
#pragma GCC unroll 9
            for (int k = 0; k < 9; k++) {
                lanes given = *(const lanes *)(rows[2 - k / 3] + (p + 1 - k % 3) * channels + c);
                sum[k / 3] += w[k] * given;
                sums[k] += here * given;
            }
            *to = adds ? *to + (sum[0] + sum[1] + sum[2]) : sum[0] + sum[1] + sum[2];
        }
#pragma GCC unroll 9
        for (int k = 0; k < 9; k++)
            *(lanes *)(towards_filters + k * channels + c) = sums[k];
    }
    if (c < channels)
        for (long p = 0; p < s->width; p++)
            for (long d = c; d < channels; d++) {
                REAL here = x[p * channels + d], sum = 0, *to = towards_x + p * channels + d;
                for (int k = 0; k < 9; k++) {
                    REAL given = rows[2 - k / 3][(p + 1 - k % 3) * channels + d];
                    sum += filters[k * channels + d] * given;
                    towards_filters[k * channels + d] += here * given;
                }
                *to = adds ? *to + sum : sum;
            }
}

static void depthwise_image_backward(const ring *near, const REAL *gradient, const REAL *x, const REAL *filters,
                                     REAL *towards_x, int adds, REAL *towards_filters, const shape *s)
{
    enter(near, gradient, 0);
    for (long h = 0; h < s->height; h++) {
        if (h + 1 < s->height)
            enter(near, gradient, h + 1);
        const REAL *rows[3] = {row_of(near, h - 1), row_of(near, h), row_of(near, h + 1)};
        long at = h * near->values;
        convolve_row_backward(rows, filters, x + at, towards_x + at, adds, towards_filters, s);
    }
}

/* The same with a stride, where each gradient is spread over its window. `room`: of two images with a pixel of padding around. */
static void depthwise_image_backward_strided(REAL *room, const REAL *gradient, const REAL *x, const REAL *filters,
                                             REAL *towards_x, int adds, REAL *towards_filters, const shape *s, int stride)
{
    long channels = s->channels, row = s->width * channels, wide = (s->width + 2) * channels, all = (s->height + 2) * wide;
    long height = strided(s->height, stride), width = strided(s->width, stride);
    REAL *read = room, *written = room + all;
    memset(room, 0, (size_t)(2 * all) * sizeof(REAL));
    for (long h = 0; h < s->height; h++)
        copy(read + (h + 1) * wide + channels, x + h * row, row);
    for (long h = 0; h < height; h++) {
        const REAL *given = gradient + h * width * channels;
        long c = 0, above = h * stride * wide;
        for (; c + LANES <= channels; c += LANES) {
            lanes w[9], sums[9];
#pragma GCC unroll 9
            for (int k = 0; k < 9; k++) {
                w[k] = at(filters + k * channels + c);
                sums[k] = at(towards_filters + k * channels + c);
            }
            for (long p = 0; p < width; p++) {
                lanes here = at(given + p * channels + c);
                long corner = above + p * stride * channels + c;
#pragma GCC unroll 9
                for (int k = 0; k < 9; k++) {
                    long place = corner + k / 3 * wide + k % 3 * channels;
                    *(lanes *)(written + place) += w[k] * here;
                    sums[k] += here * at(read + place);
                }
            }
#pragma GCC unroll 9
            for (int k = 0; k < 9; k++)
                *(lanes *)(towards_filters + k * channels + c) = sums[k];
        }
        for (long p = 0; c < channels && p < width; p++)
            for (long d = c; d < channels; d++)
                for (int k = 0; k < 9; k++) {
                    long place = above + p * stride * channels + k / 3 * wide + k % 3 * channels + d;
                    written[place] += filters[k * channels + d] * given[p * channels + d];
                    towards_filters[k * channels + d] += given[p * channels + d] * read[place];
                }
    }
    for (long h = 0; h < s->height; h++)
        put(towards_x + h * row, written + (h + 1) * wide + channels, row, adds);
}
