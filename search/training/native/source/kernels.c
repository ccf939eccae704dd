/* A cell's operations for one core, forward and backward. What takes the time of a small network is traffic with memory, so an
 * operation is done image by image while its values lie in the cache: a separable convolution's depthwise half is never
 * written anywhere, and the gradient through ReLU and normalisation goes right into the convolution's.
 *
 * Compiled once with REAL=float, which trains, and once with REAL=double, for the tests that compare with torch. Every
 * function gives 0, or 1 where there was no memory.
 */
#include "maps.h"
#include "normalise.h"
#include "products.h"
#include "depthwise.h"
#include "pools.h"

enum { POINTWISE, DEPTHWISE, SEPARABLE };
enum { MAXIMUM, AVERAGE };

/* Pixels whose values fit into the first cache, in whole tiles. */
static long pixels_at_once(long channels) { return most(TILE, 4096 / channels / TILE * TILE); }

/* ---- Convolutions with normalisation and ReLU ---- */

static void normalised(statistics *t, chunks *k, const normalisation *n, const REAL *z, long pixels, long from,
                       long total, REAL *found, REAL *y)
{
    conclude(t, n, found, from, total);
    know(k, found, from, total);
    scaled(k, z, pixels, y);
    t->pixels = 0;
    memset(t->sums, 0, (size_t)(2 * t->channels) * sizeof(double));
}

/* x: `count` blocks of shape s, read as if concatenated. z and y: what the convolution and the ReLU give: one block of `out`
 * channels, or of a depthwise one as many as x has. Weights as torch has them: filters [channels of x][9], weights
 * [out][channels of x]. A stride is for separable ones only. */
int convolution(int kind, const REAL *const *x, long count, const shape *s, long out, int stride, const REAL *filters,
                const REAL *weights, const REAL *gamma, const REAL *beta, double epsilon, double momentum,
                REAL *running_mean, REAL *running_variance, REAL *const *z, REAL *const *y, REAL *found)
{
    workshop w = {0};
    long channels = s->channels, values = image_values(s), filter = 9 * channels, square = channels * rounded_up(out);
    long pixels = strided(s->height, stride) * strided(s->width, stride), results = pixels * out;
    long at_once = pixels_at_once(most(channels, out));
    normalisation n = {gamma, beta, epsilon, momentum, running_mean, running_variance};
    statistics t = make_statistics(&w, out);
    chunks k = make_chunks(&w, out);
    ring near = make_ring(&w, s, 0);
    REAL *packed_filters = take_reals(&w, kind == POINTWISE ? 0 : count * filter);
    REAL *packed = take_reals(&w, kind == DEPTHWISE ? 0 : count * square);
    REAL *between = take_reals(&w, kind == SEPARABLE ? count * pixels * channels : 0);
    const REAL **sources = take(&w, count * (long)sizeof(REAL *));
    if (w.failed)
        return leave(&w);
    for (long j = 0; j < count; j++) {
        if (kind != POINTWISE)
            pack_filters(packed_filters + j * filter, filters + j * filter, channels);
        if (kind != DEPTHWISE)
            pack_turned(packed + j * square, weights + j * channels, out, channels, count * channels);
    }
    for (long j = 0; kind == DEPTHWISE && j < count; j++) {
        for (long i = 0; i < s->images; i++) {
            depthwise_image(&near, x[j] + i * values, packed_filters + j * filter, z[j] + i * results, s, 1);
            observe(&t, z[j] + i * results, pixels);
        }
        normalised(&t, &k, &n, z[j], s->images * pixels, j * out, count * out, found, y[j]);
    }
    for (long i = 0; kind != DEPTHWISE && i < s->images; i++) {
        for (long j = 0; kind == SEPARABLE && j < count; j++)
            depthwise_image(&near, x[j] + i * values, packed_filters + j * filter, between + j * pixels * channels, s, stride);
        for (long p = 0; p < pixels; p += at_once) {
            for (long j = 0; j < count; j++)
                sources[j] = (kind == SEPARABLE ? between + j * pixels * channels : x[j] + i * values) + p * channels;
            multiply(sources, count, channels, least(at_once, pixels - p), channels, packed, z[0] + i * results + p * out, out,
                     0);
        }
        observe(&t, z[0] + i * results, pixels);
    }
    if (kind != DEPTHWISE)
        normalised(&t, &k, &n, z[0], s->images * pixels, 0, out, found, y[0]);
    return leave(&w);
}

/* Backward through the 1x1 convolution of one image: from the gradient of its results to that of what it read and of its
 * weights. */
static void products_backward(const REAL *read, const REAL *gradient, const REAL *weights, long pixels, long channels,
                              long out, long at_once, REAL *towards, int adds, REAL *sums)
{
    for (long p = 0; p < pixels; p += at_once) {
        long now = least(at_once, pixels - p);
        const REAL *given = gradient + p * rounded_up(out);
        multiply(&given, 1, rounded_up(out), now, out, weights, towards + p * channels, channels, adds);
        correlate(read + p * channels, channels, given, out, now, sums);
    }
}

/* Sums [block][channel][out] and [block][9][channel] -> gradients as torch has the weights. */
static void hand_over(int kind, long count, long channels, long out, const double *totals, const double *filter_totals,
                      REAL *towards_weights, REAL *towards_filters)
{
    for (long j = 0; j < count; j++)
        for (long c = 0; c < channels; c++) {
            for (long o = 0; kind != DEPTHWISE && o < out; o++)
                towards_weights[(o * count + j) * channels + c] = (REAL)totals[(j * channels + c) * rounded_up(out) + o];
            for (int f = 0; kind != POINTWISE && f < 9; f++)
                towards_filters[(j * channels + c) * 9 + f] = (REAL)filter_totals[(j * 9 + f) * channels + c];
        }
}

/* gradients: of y. x, z and found as `convolution` had them. Writes the gradients of x, or adds them where adds says so; a
 * block that x has twice is written by the first and added to by the second. towards_normalisation: of gamma, then beta. */
int convolution_backward(int kind, const REAL *const *gradients, const REAL *const *x, long count, const shape *s, long out,
                         int stride, const REAL *filters, const REAL *weights, const REAL *const *z, const REAL *found,
                         REAL *const *towards_x, const int *adds, REAL *towards_filters, REAL *towards_weights,
                         REAL *towards_normalisation)
{
    workshop w = {0};
    long channels = s->channels, values = image_values(s), filter = 9 * channels;
    long pixels = strided(s->height, stride) * strided(s->width, stride), results = pixels * out;
    long padded_in = rounded_up(channels), padded_out = rounded_up(out), square = channels * padded_out;
    long at_once = pixels_at_once(most(channels, out)), outputs = kind == DEPTHWISE ? count : 1, total = outputs * out;
    chunks k = make_chunks(&w, out);
    ring near = make_ring(&w, s, 0);
    double *doubles = take_doubles(&w, 2 * out), *filter_totals = take_doubles(&w, count * filter);
    double *totals = take_doubles(&w, kind == DEPTHWISE ? 0 : count * square);
    REAL *packed_filters = take_reals(&w, kind == POINTWISE ? 0 : count * filter), *filter_sums = take_reals(&w, filter);
    REAL *packed = take_reals(&w, kind == DEPTHWISE ? 0 : count * out * padded_in), *sums = take_reals(&w, square);
    REAL *through = take_reals(&w, pixels * padded_out); /* the gradient of an image of z */
    REAL *between = take_reals(&w, pixels * channels), *towards_between = take_reals(&w, pixels * channels);
    REAL *spread_out = take_reals(&w, stride > 1 ? 2 * (s->height + 2) * (s->width + 2) * channels : 0);
    if (w.failed)
        return leave(&w);
    for (long j = 0; j < count; j++) {
        if (kind != POINTWISE)
            pack_filters(packed_filters + j * filter, filters + j * filter, channels);
        if (kind != DEPTHWISE)
            pack(packed + j * out * padded_in, weights + j * channels, out, channels, count * channels);
    }
    for (long o = 0; o < outputs; o++) {
        know(&k, found, o * out, total);
        weigh(&k, gradients[o], z[o], s->images * pixels, found, o * out, total, doubles, towards_normalisation + o * out,
              towards_normalisation + total + o * out);
        long first = kind == DEPTHWISE ? o : 0, last = kind == DEPTHWISE ? o + 1 : count;
        for (long i = 0; i < s->images; i++) {
            descaled(&k, gradients[o] + i * results, z[o] + i * results, pixels, through,
                     kind == DEPTHWISE ? out : padded_out);
            for (long j = first; j < last; j++) {
                const REAL *image = x[j] + i * values;
                REAL *to = towards_x[j] + i * values;
                const REAL *own_filters = packed_filters + j * filter;
                if (kind == SEPARABLE)
                    depthwise_image(&near, image, own_filters, between, s, stride);
                if (kind != DEPTHWISE) {
                    products_backward(kind == SEPARABLE ? between : image, through, packed + j * out * padded_in, pixels,
                                      channels, out, at_once, kind == SEPARABLE ? towards_between : to,
                                      kind == POINTWISE && adds[j], sums);
                    fold(totals + j * square, sums, 1, square);
                }
                if (kind == POINTWISE)
                    continue;
                const REAL *given = kind == SEPARABLE ? towards_between : through;
                if (stride == 1)
                    depthwise_image_backward(&near, given, image, own_filters, to, adds[j], filter_sums, s);
                else
                    depthwise_image_backward_strided(spread_out, given, image, own_filters, to, adds[j], filter_sums, s,
                                                     stride);
                fold(filter_totals + j * filter, filter_sums, 1, filter);
            }
        }
    }
    hand_over(kind, count, channels, out, totals, filter_totals, towards_weights, towards_filters);
    return leave(&w);
}

/* ---- Pools ---- */

int pool(int kind, const REAL *const *x, long count, const shape *s, REAL *const *y)
{
    workshop w = {0};
    long values = image_values(s);
    ring padded = {0}, maxima = {0};
    averages a = {{0}, {0}, NULL};
    if (kind == MAXIMUM) {
        padded = make_ring(&w, s, -INFINITY);
        maxima = make_ring(&w, s, -INFINITY);
    } else
        a = make_averages(&w, s);
    for (long j = 0; j < count && !w.failed; j++)
        for (long i = 0; i < s->images; i++)
            if (kind == MAXIMUM)
                max_pool_image(&padded, &maxima, x[j] + i * values, y[j] + i * values, s);
            else
                average_pool_image(&a, x[j] + i * values, 0, y[j] + i * values, 0, s);
    return leave(&w);
}

/* x: as `pool` had it; an average pool does not look at it. adds: as in `convolution_backward`. */
int pool_backward(int kind, const REAL *const *gradients, const REAL *const *x, long count, const shape *s,
                  REAL *const *towards_x, const int *adds)
{
    workshop w = {0};
    long values = image_values(s);
    routes r = {{0}, {0}, {0}, {0}, {0}, NULL, NULL};
    averages a = {{0}, {0}, NULL};
    if (kind == MAXIMUM)
        r = make_routes(&w, s);
    else
        a = make_averages(&w, s);
    for (long j = 0; j < count && !w.failed; j++)
        for (long i = 0; i < s->images; i++)
            if (kind == MAXIMUM)
                max_pool_image_backward(&r, gradients[j] + i * values, x[j] + i * values, towards_x[j] + i * values, adds[j],
                                        s);
            else
                average_pool_image(&a, gradients[j] + i * values, 1, towards_x[j] + i * values, adds[j], s);
    return leave(&w);
}

/* ---- Normalisation with ReLU by itself, of a dense map ---- */

int normalise(const REAL *x, long pixels, long channels, const REAL *gamma, const REAL *beta, double epsilon, double momentum,
              REAL *running_mean, REAL *running_variance, REAL *y, REAL *found)
{
    workshop w = {0};
    normalisation n = {gamma, beta, epsilon, momentum, running_mean, running_variance};
    statistics t = make_statistics(&w, channels);
    chunks k = make_chunks(&w, channels);
    if (w.failed)
        return leave(&w);
    long many = 64 * t.many;
    for (long p = 0; p < pixels; p += many)
        observe(&t, x + p * channels, least(many, pixels - p));
    normalised(&t, &k, &n, x, pixels, 0, channels, found, y);
    return leave(&w);
}

int normalise_backward(const REAL *gradient, const REAL *x, long pixels, long channels, const REAL *found, REAL *towards_x,
                       REAL *towards_normalisation)
{
    workshop w = {0};
    chunks k = make_chunks(&w, channels);
    double *doubles = take_doubles(&w, 2 * channels);
    if (w.failed)
        return leave(&w);
    know(&k, found, 0, channels);
    weigh(&k, gradient, x, pixels, found, 0, channels, doubles, towards_normalisation, towards_normalisation + channels);
    descaled(&k, gradient, x, pixels, towards_x, channels);
    return leave(&w);
}
