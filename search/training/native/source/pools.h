/* 3x3 pools of one image, stride 1. */

/* The greater, and what is not a number before all. */
static inline REAL greater(REAL a, REAL b) { return a > b || a != a ? a : b; }

static void row_maxima(const ring *padded, const ring *maxima, long h)
{
    const REAL *row = row_of(padded, h), *before = row - padded->channels, *after = row + padded->channels;
    REAL *RESTRICT y = row_of(maxima, h);
    for (long i = 0; i < padded->values; i++)
        y[i] = greater(after[i], greater(row[i], before[i]));
}

static void max_pool_image(const ring *padded, const ring *maxima, const REAL *x, REAL *y, const shape *s)
{
    for (long h = -1; h < s->height; h++) {
        if (h + 1 < s->height) {
            enter(padded, x, h + 1);
            row_maxima(padded, maxima, h + 1);
        }
        if (h < 0)
            continue;
        const REAL *above = row_of(maxima, h - 1), *here = row_of(maxima, h), *below = row_of(maxima, h + 1);
        REAL *RESTRICT result = y + h * padded->values;
        for (long i = 0; i < padded->values; i++)
            result[i] = greater(below[i], greater(here[i], above[i]));
    }
}

/* What a max pool's backward pass works in. */
typedef struct {
    ring padded, maxima, routed, before, after;
    REAL *stays, *lost;
} routes;

static routes make_routes(workshop *w, const shape *s)
{
    routes r = {make_ring(w, s, -INFINITY), make_ring(w, s, -INFINITY), make_ring(w, s, 0), make_ring(w, s, 0),
                make_ring(w, s, 0), take_reals(w, s->width * s->channels), take_reals(w, s->width * s->channels)};
    return r;
}

/* Down the columns: of three rows' maxima the first that is the greatest takes the gradient. */
static void route_down(const routes *r, const REAL *gradient, long h)
{
    const REAL *above = row_of(&r->maxima, h - 1), *here = row_of(&r->maxima, h), *below = row_of(&r->maxima, h + 1);
    const REAL *RESTRICT given = gradient;
    /* No padding is the greatest, so what the rows outside get is zero, but for what is not a number. */
    REAL *RESTRICT up = h > 0 ? row_of(&r->routed, h - 1) : r->lost, *RESTRICT stay = row_of(&r->routed, h);
    REAL *RESTRICT down = h + 1 < r->routed.height ? row_of(&r->routed, h + 1) : r->lost;
    for (long i = 0; i < r->routed.values; i++) {
        REAL greatest = greater(below[i], greater(here[i], above[i])), rest = given[i];
        REAL first = above[i] == greatest ? rest : 0;
        rest -= first;
        REAL second = here[i] == greatest ? rest : 0;
        up[i] += first;
        stay[i] += second;
        down[i] = rest - second; /* the first that this row gets */
    }
}

/* Along a row: of three values the first that is the greatest. */
static void route_along(const routes *r, long h, REAL *towards_x, int adds)
{
    long channels = r->padded.channels, values = r->padded.values;
    const REAL *row = row_of(&r->padded, h), *greatest = row_of(&r->maxima, h), *left = row - channels;
    const REAL *given = row_of(&r->routed, h);
    REAL *RESTRICT first = row_of(&r->before, 0), *RESTRICT stays = r->stays, *RESTRICT third = row_of(&r->after, 0);
    for (long i = 0; i < values; i++) {
        REAL rest = given[i], one = left[i] == greatest[i] ? rest : 0;
        rest -= one;
        REAL two = row[i] == greatest[i] ? rest : 0;
        first[i] = one;
        stays[i] = two;
        third[i] = rest - two;
    }
    const REAL *from_next = first + channels, *from_last = third - channels;
    REAL *RESTRICT sum = towards_x;
    if (adds)
        for (long i = 0; i < values; i++)
            sum[i] += from_next[i] + stays[i] + from_last[i];
    else
        for (long i = 0; i < values; i++)
            sum[i] = from_next[i] + stays[i] + from_last[i];
}

/* Each maximum's gradient goes to the first of its nine values that equals it, by rows, as torch does it. */
static void max_pool_image_backward(const routes *r, const REAL *gradient, const REAL *x, REAL *towards_x, int adds,
                                    const shape *s)
{
    long values = r->padded.values;
    memset(row_of(&r->routed, 0), 0, (size_t)values * sizeof(REAL));
    for (long h = -1; h <= s->height; h++) {
        if (h + 1 < s->height) {
            enter(&r->padded, x, h + 1);
            row_maxima(&r->padded, &r->maxima, h + 1);
        }
        if (h >= 0 && h < s->height)
            route_down(r, gradient + h * values, h);
        if (h >= 1)
            route_along(r, h - 1, towards_x + (h - 1) * values, adds);
    }
}

/* What an average pool works in; `shares`: for windows of one, two and three rows, one through the pixels of each. */
typedef struct {
    ring padded, sums;
    REAL *shares;
} averages;

static averages make_averages(workshop *w, const shape *s)
{
    averages a = {make_ring(w, s, 0), make_ring(w, s, 0), take_reals(w, 4 * s->width * s->channels)};
    for (long rows = 1; a.shares && rows <= 3; rows++)
        for (long x = 0; x < s->width; x++)
            for (long c = 0; c < s->channels; c++) {
                long columns = 1 + (x > 0) + (x + 1 < s->width);
                a.shares[(rows * s->width + x) * s->channels + c] = 1 / (REAL)(rows * columns);
            }
    return a;
}

/* The mean of each window's pixels; of a gradient, each window's share for each of its pixels. */
static void average_pool_image(const averages *a, const REAL *x, int is_gradient, REAL *y, int adds, const shape *s)
{
    long channels = s->channels, values = s->width * channels;
    for (long h = -1; h < s->height; h++) {
        long next = h + 1;
        if (next < s->height) {
            enter(&a->padded, x, next);
            REAL *row = row_of(&a->padded, next);
            if (is_gradient) {
                const REAL *RESTRICT share = a->shares + (1 + (next > 0) + (next + 1 < s->height)) * values;
                for (long i = 0; i < values; i++)
                    row[i] *= share[i];
            }
            const REAL *before = row - channels, *after = row + channels;
            REAL *RESTRICT sum = row_of(&a->sums, next);
            for (long i = 0; i < values; i++)
                sum[i] = before[i] + row[i] + after[i];
        }
        if (h < 0)
            continue;
        const REAL *above = row_of(&a->sums, h - 1), *here = row_of(&a->sums, h), *below = row_of(&a->sums, next);
        const REAL *RESTRICT share = a->shares + (1 + (h > 0) + (next < s->height)) * values;
        REAL *RESTRICT result = y + h * values;
        if (!is_gradient)
            for (long i = 0; i < values; i++)
                result[i] = (above[i] + here[i] + below[i]) * share[i];
        else if (adds)
            for (long i = 0; i < values; i++)
                result[i] += above[i] + here[i] + below[i];
        else
            for (long i = 0; i < values; i++)
                result[i] = above[i] + here[i] + below[i];
    }
}
