/* 1x1 convolutions as products of matrices, for few channels and many pixels: a tile of results stays in registers. */

/* weights [out][in], `row` values from one row to the next -> [in][out], rows padded with zeros to whole vectors. */
static void pack_turned(REAL *RESTRICT to, const REAL *weights, long out, long in, long row)
{
    for (long i = 0; i < in; i++)
        for (long o = 0; o < out; o++)
            to[i * rounded_up(out) + o] = weights[o * row + i];
}

/* The same, not turned: [out][in], rows padded. */
static void pack(REAL *RESTRICT to, const REAL *weights, long out, long in, long row)
{
    for (long o = 0; o < out; o++)
        copy(to + o * rounded_up(in), weights + o * row, in);
}

static inline void store(REAL *to, lanes value, long values)
{
    if (values >= LANES)
        *(lanes *)to = value;
    else
        for (long i = 0; i < values; i++)
            to[i] = value[i];
}

static inline lanes load(const REAL *from, long values)
{
    if (values >= LANES)
        return *(const lanes *)from;
    lanes found = {0};
    for (long i = 0; i < values; i++)
        found[i] = from[i];
    return found;
}

/* y[p] (+)= sum over the inputs of x[p] weights, x [pixels][in] with `stride` values a pixel, weights [in][out] padded;
 * inputs' weights follow each other. */
static void multiply(const REAL *const *x, long inputs, long stride, long pixels, long in, const REAL *weights, REAL *y,
                     long out, int adds)
{
    long padded = rounded_up(out);
    for (long o = 0; o < out; o += LANES) {
        long p = 0;
        for (; p + TILE <= pixels; p += TILE) {
            lanes tile[TILE];
#pragma GCC unroll 16
            for (int i = 0; i < TILE; i++)
                tile[i] = adds ? load(y + (p + i) * out + o, out - o) : (lanes){0};
            const REAL *weight = weights + o;
            for (long j = 0; j < inputs; j++) {
                const REAL *source = x[j] + p * stride;
                for (long c = 0; c < in; c++, weight += padded) {
                    lanes factor = *(const lanes *)weight;
#pragma GCC unroll 16
                    for (int i = 0; i < TILE; i++)
                        tile[i] += factor * source[i * stride + c];
                }
            }
#pragma GCC unroll 16
            for (int i = 0; i < TILE; i++)
                store(y + (p + i) * out + o, tile[i], out - o);
        }
        for (; p < pixels; p++) {
            lanes sum = adds ? load(y + p * out + o, out - o) : (lanes){0};
            const REAL *weight = weights + o;
            for (long j = 0; j < inputs; j++)
                for (long c = 0; c < in; c++, weight += padded)
                    sum += *(const lanes *)weight * x[j][p * stride + c];
            store(y + p * out + o, sum, out - o);
        }
    }
}

/* sums[c][o] += sum over the pixels of x[p][c] gradient[p][o], the gradient's pixels and the sums' rows padded. */
static void correlate(const REAL *x, long in, const REAL *gradient, long out, long pixels, REAL *sums)
{
    long padded = rounded_up(out);
    for (long o = 0; o < padded; o += LANES) {
        long c = 0;
        for (; c + TILE <= in; c += TILE) {
            lanes tile[TILE];
#pragma GCC unroll 16
            for (int i = 0; i < TILE; i++)
                tile[i] = *(const lanes *)(sums + (c + i) * padded + o);
            for (long p = 0; p < pixels; p++) {
                lanes given = *(const lanes *)(gradient + p * padded + o);
                const REAL *source = x + p * in + c;
#pragma GCC unroll 16
                for (int i = 0; i < TILE; i++)
                    tile[i] += given * source[i];
            }
#pragma GCC unroll 16
            for (int i = 0; i < TILE; i++)
                *(lanes *)(sums + (c + i) * padded + o) = tile[i];
        }
        for (; c < in; c++) {
            lanes sum = *(const lanes *)(sums + c * padded + o);
            for (long p = 0; p < pixels; p++)
                sum += *(const lanes *)(gradient + p * padded + o) * x[p * in + c];
            *(lanes *)(sums + c * padded + o) = sum;
        }
    }
}
