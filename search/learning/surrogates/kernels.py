"""Kernels between genotypes: hierarchical Weisfeiler-Lehman, and an edit distance. Each gives one matrix a view.

Both are inner products of features, so every sum of them with weights that are not negative is positive semi-definite.
exp(-d^2) of an edit distance is not, for that distance is no metric: as Auto-Keras does (Jin et al. 2018), a genotype
is first embedded by its distances to sets of others (Bourgain); unlike there, the same embedding serves networks that
are known and candidates.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from search.evolution.genotypes.alignment import aligned, difference
from search.evolution.genotypes.space import SearchSpace
from search.learning.base import Tick
from search.learning.surrogates.normal_form import NormalForm
from search.learning.surrogates.wl_features import Bag, bags, views

Floats = NDArray[np.float64]
ANCHORS = 16
"""Networks whose distances embed the others; sets of one, two and four of them."""
WIDTHS = (0.25, 1.0, 4.0)
"""Of the radial kernels, as multiples of the mean squared distance of embeddings."""


def wl_kernels(forms: Sequence[NormalForm], iterations: int, tick: Tick) -> Floats:
    """[views, N, N]: normalised, 1 on the diagonal."""
    rows = []
    for form in forms:
        tick()
        rows.append(bags(form, iterations))
    return np.stack([_cosines([row[view] for row in rows]) for view in range(len(rows[0]))])


def wl_views(space: SearchSpace) -> tuple[str, ...]:
    return views(space)


def _cosines(rows: Sequence[Bag]) -> Floats:
    """Inner products of counts, each row of length 1."""
    columns: dict[int, int] = {}
    places, values, ends = list[int](), list[float](), [0]
    for bag in rows:
        places.extend(columns.setdefault(feature, len(columns)) for feature in bag)
        norm = float(np.sqrt(sum(count * count for count in bag.values())))
        values.extend(count / norm for count in bag.values())
        ends.append(len(places))
    features = csr_array((values, places, ends), shape=(len(rows), len(columns)))
    products: Floats = (features @ features.T).toarray()
    return products


def edit_kernels(forms: Sequence[NormalForm], anchors: Sequence[NormalForm], tick: Tick) -> Floats:
    """[widths, N, N]: radial functions of embeddings by edit distance."""
    embedded = np.array([_embedded(form, anchors, tick) for form in forms])
    squares = np.sum(embedded**2, axis=1)
    apart = np.maximum(squares[:, None] + squares[None, :] - 2 * embedded @ embedded.T, 0.0)
    usual = float(apart.mean()) or 1.0
    return np.stack([np.exp(-apart / (width * usual)) for width in WIDTHS])


def edit_views() -> tuple[str, ...]:
    return tuple(f"edit distance, width {width:g}" for width in WIDTHS)


def some_anchors(ranked: Sequence[NormalForm]) -> list[NormalForm]:
    """Evenly from the best to the worst."""
    count = min(ANCHORS, len(ranked))
    return [ranked[index * len(ranked) // count] for index in range(count)]


def _embedded(form: NormalForm, anchors: Sequence[NormalForm], tick: Tick) -> list[float]:
    tick()
    distances = [float(edit_distance(form, anchor)) for anchor in anchors]
    return [
        min(distances[start : start + size]) for size in (1, 2, 4) for start in range(0, len(distances), size)
    ]


def edit_distance(form: NormalForm, other: NormalForm) -> int:
    """Edges that carry something else, once the motifs are matched at least cost (Hungarian method)."""
    mine = aligned(form.genotype, other.genotype)
    pairs = zip(mine.levels, other.levels, strict=True)
    return sum(difference(one, two) for motifs in pairs for one, two in zip(*motifs, strict=True))
