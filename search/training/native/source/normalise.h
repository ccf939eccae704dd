/* Batch normalisation with ReLU: y = max(0, x * scale + shift), scale and shift from the batch's mean and variance. */

/* Values looked at together, about: pixels need not be told apart. */
#define CHUNK 512
/* Chunks that are added up in REAL before their sums are added in double. */
#define CHUNKS_AT_ONCE 32

/* Rows of FOUND numbers for each channel. */
enum { MEAN, INVERSE, SCALE, SHIFT, FOUND };

typedef struct {
    long channels, many; /* pixels in a chunk */
    double pixels;
    REAL *near, *middle, *first, *second;
    double *sums;
} statistics;

static long chunk_pixels(long channels) { return channels >= CHUNK ? 1 : CHUNK / channels; }

static statistics make_statistics(workshop *w, long channels)
{
    long many = chunk_pixels(channels), width = many * channels;
    statistics t = {.channels = channels, .many = many};
    t.near = take_reals(w, channels);
    t.middle = take_reals(w, width);
    t.first = take_reals(w, width);
    t.second = take_reals(w, width);
    t.sums = take_doubles(w, 2 * channels);
    return t;
}

/* Count these pixels in. Distances are taken from the mean of the first ones, so that squares lose nothing where a mean
 * is large. */
static void observe(statistics *t, const REAL *x, long pixels)
{
    long channels = t->channels, many = t->many, waiting = 0;
    if (!t->pixels) {
        for (long p = 0; p < pixels; p++)
            for (long c = 0; c < channels; c++)
                t->sums[c] += x[p * channels + c];
        for (long c = 0; c < channels; c++) {
            t->near[c] = (REAL)(t->sums[c] / (double)pixels);
            t->sums[c] = 0;
        }
        spread(t->middle, t->near, many, channels);
    }
    REAL *RESTRICT first = t->first, *RESTRICT second = t->second;
    const REAL *RESTRICT middle = t->middle;
    for (long p = 0; p < pixels; p += many) {
        long values = least(many, pixels - p) * channels;
        const REAL *RESTRICT row = x + p * channels;
        for (long i = 0; i < values; i++) {
            REAL distance = row[i] - middle[i];
            first[i] += distance;
            second[i] += distance * distance;
        }
        if (++waiting == CHUNKS_AT_ONCE || p + many >= pixels) {
            fold(t->sums, first, many, channels);
            fold(t->sums + channels, second, many, channels);
            waiting = 0;
        }
    }
    t->pixels += (double)pixels;
}

/* What is known of a normalisation before it runs; the running statistics may be left alone (NULL). */
typedef struct {
    const REAL *gamma, *beta;
    double epsilon, momentum;
    REAL *running_mean, *running_variance;
} normalisation;

/* Channel `from` + c of `total`, for each c: what the pixels are multiplied by and moved by. */
static void conclude(const statistics *t, const normalisation *n, REAL *found, long from, long total)
{
    found += from;
    for (long c = 0; c < t->channels; c++) {
        double away = t->sums[c] / t->pixels, mean = t->near[c] + away;
        double variance = t->sums[t->channels + c] / t->pixels - away * away;
        if (variance < 0) /* by rounding; what is not a number stays so */
            variance = 0;
        double inverse = 1 / sqrt(variance + n->epsilon), scale = n->gamma[from + c] * inverse;
        found[MEAN * total + c] = (REAL)mean;
        found[INVERSE * total + c] = (REAL)inverse;
        found[SCALE * total + c] = (REAL)scale;
        found[SHIFT * total + c] = (REAL)(n->beta[from + c] - mean * scale);
        if (n->running_mean) {
            REAL *mean_before = n->running_mean + from + c, *variance_before = n->running_variance + from + c;
            double corrected = variance * t->pixels / (t->pixels - 1);
            *mean_before += (REAL)(n->momentum * (mean - *mean_before));
            *variance_before += (REAL)(n->momentum * (corrected - *variance_before));
        }
    }
}

/* What was found of some channels, as rows as wide as a chunk. */
typedef struct {
    long channels, many;
    REAL *means, *scales, *shifts, *slopes, *offsets, *first, *second;
} chunks;

static chunks make_chunks(workshop *w, long channels)
{
    long many = chunk_pixels(channels), width = many * channels;
    chunks k = {.channels = channels, .many = many};
    REAL **rows[] = {&k.means, &k.scales, &k.shifts, &k.slopes, &k.offsets, &k.first, &k.second};
    for (int i = 0; i < 7; i++)
        *rows[i] = take_reals(w, width);
    return k;
}

static void know(chunks *k, const REAL *found, long from, long total)
{
    spread(k->means, found + MEAN * total + from, k->many, k->channels);
    spread(k->scales, found + SCALE * total + from, k->many, k->channels);
    spread(k->shifts, found + SHIFT * total + from, k->many, k->channels);
}

static void scaled(const chunks *k, const REAL *x, long pixels, REAL *y)
{
    const REAL *RESTRICT scales = k->scales, *RESTRICT shifts = k->shifts;
    for (long p = 0; p < pixels; p += k->many) {
        long values = least(k->many, pixels - p) * k->channels;
        const REAL *RESTRICT row = x + p * k->channels;
        REAL *RESTRICT result = y + p * k->channels;
        for (long i = 0; i < values; i++) {
            REAL value = row[i] * scales[i] + shifts[i];
            result[i] = value < 0 ? 0 : value; /* what is not a number stays so */
        }
    }
}

/* First pass backward: the gradients of gamma and beta, and what the second pass needs. */
static void weigh(chunks *k, const REAL *gradient, const REAL *x, long pixels, const REAL *found, long from, long total,
                  double *sums, REAL *towards_gamma, REAL *towards_beta)
{
    long channels = k->channels, many = k->many, waiting = 0;
    const REAL *RESTRICT scales = k->scales, *RESTRICT shifts = k->shifts, *RESTRICT means = k->means;
    REAL *RESTRICT first = k->first, *RESTRICT second = k->second;
    memset(sums, 0, (size_t)(2 * channels) * sizeof(double));
    for (long p = 0; p < pixels; p += many) {
        long values = least(many, pixels - p) * channels;
        const REAL *RESTRICT row = x + p * channels, *RESTRICT given = gradient + p * channels;
        long i = 0;
        for (; i + LANES <= values; i += LANES) {
            lanes here = at(row + i), passed = where(here * at(scales + i) + at(shifts + i) > 0, at(given + i));
            *(lanes *)(first + i) += passed;
            *(lanes *)(second + i) += passed * (here - at(means + i));
        }
        for (; i < values; i++) {
            REAL passed = row[i] * scales[i] + shifts[i] > 0 ? given[i] : 0;
            first[i] += passed;
            second[i] += passed * (row[i] - means[i]);
        }
        if (++waiting == CHUNKS_AT_ONCE || p + many >= pixels) {
            fold(sums, first, many, channels);
            fold(sums + channels, second, many, channels);
            waiting = 0;
        }
    }
    for (long c = 0; c < channels; c++) {
        double inverse = found[INVERSE * total + from + c], scale = found[SCALE * total + from + c];
        towards_beta[c] = (REAL)sums[c];
        towards_gamma[c] = (REAL)(sums[channels + c] * inverse);
        k->offsets[c] = (REAL)(-sums[c] / (double)pixels * scale);
        k->slopes[c] = (REAL)(-sums[channels + c] / (double)pixels * inverse * inverse * scale);
    }
    for (long p = 1; p < many; p++) {
        copy(k->offsets + p * channels, k->offsets, channels);
        copy(k->slopes + p * channels, k->slopes, channels);
    }
}

/* Second pass backward, for some pixels: the gradient of x, each pixel of it `stride` values. */
static void descaled(const chunks *k, const REAL *gradient, const REAL *x, long pixels, REAL *towards_x, long stride)
{
    const REAL *RESTRICT scales = k->scales, *RESTRICT shifts = k->shifts, *RESTRICT means = k->means;
    const REAL *RESTRICT slopes = k->slopes, *RESTRICT offsets = k->offsets;
    long many = stride == k->channels ? k->many : 1;
    for (long p = 0; p < pixels; p += many) {
        long values = least(many, pixels - p) * k->channels;
        const REAL *RESTRICT row = x + p * k->channels, *RESTRICT given = gradient + p * k->channels;
        REAL *RESTRICT result = towards_x + p * stride;
        long i = 0;
        for (; i + LANES <= values; i += LANES) {
            lanes here = at(row + i), scale = at(scales + i);
            lanes passed = where(here * scale + at(shifts + i) > 0, at(given + i));
            *(lanes *)(result + i) = passed * scale + ((here - at(means + i)) * at(slopes + i) + at(offsets + i));
        }
        for (; i < values; i++) {
            REAL passed = row[i] * scales[i] + shifts[i] > 0 ? given[i] : 0;
            result[i] = passed * scales[i] + ((row[i] - means[i]) * slopes[i] + offsets[i]);
        }
    }
}
