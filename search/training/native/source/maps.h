/* A block is a dense map [images][height][width][channels] of the cell's width: all that a cell computes is made of blocks,
 * and a concatenation is a list of them that is never made. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESTRICT __restrict__

/* VECTOR_BYTES says how many channels are looked at together; a cell whose width is no multiple of them goes slowly. */
#ifndef VECTOR_BYTES
#define VECTOR_BYTES 16
#endif
/* Vectors of results that stay in registers; there are 32 of those, or 16. */
#if defined(__AVX512VL__) || defined(__aarch64__)
#define TILE 16
#else
#define TILE 8
#endif
typedef REAL lanes __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
#define LANES ((long)(VECTOR_BYTES / sizeof(REAL)))
typedef __typeof__((lanes){0} > (lanes){0}) mask;

static inline lanes at(const REAL *from) { return *(const lanes *)from; }

/* The values where the mask says so, else 0. */
static inline lanes where(mask chosen, lanes values) { return (lanes)((mask)values & chosen); }

typedef struct {
    long images, height, width, channels;
} shape;

static long image_values(const shape *s) { return s->height * s->width * s->channels; }
static long least(long a, long b) { return a < b ? a : b; }
static long most(long a, long b) { return a > b ? a : b; }
static long rounded_up(long values) { return (values + LANES - 1) / LANES * LANES; }

/* ---- Memory that one call works in ---- */

#define ROOMS 48

typedef struct {
    void *taken[ROOMS];
    int count;
    int failed;
} workshop;

static void *take(workshop *w, long bytes)
{
    void *found = w->count < ROOMS ? aligned_alloc(64, (size_t)((bytes + 63) / 64 * 64 + 64)) : NULL;
    if (!found) {
        w->failed = 1;
        return NULL;
    }
    w->taken[w->count++] = found;
    return found;
}

static REAL *take_reals(workshop *w, long values)
{
    REAL *found = take(w, values * (long)sizeof(REAL));
    if (found)
        memset(found, 0, (size_t)values * sizeof(REAL));
    return found;
}

static double *take_doubles(workshop *w, long values)
{
    double *found = take(w, values * (long)sizeof(double));
    if (found)
        memset(found, 0, (size_t)values * sizeof(double));
    return found;
}

/* Gives all of it back; 1 where some could not be had. */
static int leave(workshop *w)
{
    for (int i = 0; i < w->count; i++)
        free(w->taken[i]);
    return w->failed;
}

/* ---- Rows ---- */

static void copy(REAL *RESTRICT to, const REAL *RESTRICT from, long values)
{
    memcpy(to, from, (size_t)values * sizeof(REAL));
}

static void put(REAL *RESTRICT to, const REAL *RESTRICT from, long values, int adds)
{
    if (!adds)
        copy(to, from, values);
    else
        for (long i = 0; i < values; i++)
            to[i] += from[i];
}

/* Adds what lies in the pixels of a chunk to the channels' sums, and empties it. */
static void fold(double *RESTRICT sums, REAL *RESTRICT chunk, long pixels, long channels)
{
    for (long p = 0; p < pixels; p++)
        for (long c = 0; c < channels; c++) {
            sums[c] += chunk[p * channels + c];
            chunk[p * channels + c] = 0;
        }
}

/* Each pixel of `to` becomes the channels' numbers. */
static void spread(REAL *RESTRICT to, const REAL *RESTRICT of_channel, long pixels, long channels)
{
    for (long p = 0; p < pixels; p++)
        copy(to + p * channels, of_channel, channels);
}

/* Three rows of an image, each between two pixels of padding, and a row of padding alone. */
typedef struct {
    REAL *rows;
    long length, channels, height, values;
} ring;

static ring make_ring(workshop *w, const shape *s, REAL padding)
{
    ring r = {0, (s->width + 2) * s->channels, s->channels, s->height, s->width * s->channels};
    r.rows = take_reals(w, 4 * r.length);
    if (r.rows && padding)
        for (long i = 0; i < 4 * r.length; i++)
            r.rows[i] = padding;
    return r;
}

/* The first pixel of row h. Rows outside the image are padding. */
static REAL *row_of(const ring *r, long h)
{
    return r->rows + (h < 0 || h >= r->height ? 3 : h % 3) * r->length + r->channels;
}

static void enter(const ring *r, const REAL *image, long h) { copy(row_of(r, h), image + h * r->values, r->values); }
