"""Laws of the kernels between genotypes."""

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from search.evolution.genotypes.mutation import apply_mutation, draw_mutation
from search.learning.surrogates.kernels import (
    edit_distance,
    edit_kernels,
    edit_views,
    some_anchors,
    wl_kernels,
    wl_views,
)
from search.learning.surrogates.normal_form import NormalForm, normal_form
from search.learning.surrogates.wl_features import likeness
from tests.learning.renaming import SPACES, of_space, renamed, some

Kernel = Callable[[Sequence[NormalForm]], NDArray[np.float64]]


def by_wl(forms: Sequence[NormalForm]) -> NDArray[np.float64]:
    return wl_kernels(forms, 2, lambda: None)


def by_edits(forms: Sequence[NormalForm]) -> NDArray[np.float64]:
    return edit_kernels(forms, some_anchors(forms), lambda: None)


both = pytest.mark.parametrize("kernel", [by_wl, by_edits])
every_space = pytest.mark.parametrize("space", SPACES, ids=["hierarchical", "flat", "four levels", "pair"])


@both
@every_space
def test_every_view_is_symmetric_and_positive_semi_definite(kernel: Kernel, space: object) -> None:
    forms = [normal_form(genotype) for genotype in some(space, 24)]
    matrices = kernel([*forms, *forms[:4]])  # some are known twice
    config = of_space(space)
    assert len(matrices) == (len(wl_views(config.space)) if kernel is by_wl else len(edit_views()))
    for matrix in matrices:
        assert np.allclose(matrix, matrix.T)
        assert np.allclose(np.diag(matrix), 1)
        assert np.linalg.eigvalsh(matrix).min() > -1e-9


@both
@every_space
def test_names_of_motifs_and_nodes_make_no_difference(kernel: Kernel, space: object) -> None:
    rng = random.Random(2)
    genotypes = some(space, 12)
    as_named = kernel([normal_form(genotype) for genotype in genotypes])
    otherwise = kernel([normal_form(renamed(genotype, rng)) for genotype in genotypes])
    assert np.array_equal(as_named, otherwise)


@both
def test_a_mutant_is_more_like_its_parent_than_a_stranger_is(kernel: Kernel) -> None:
    rng = random.Random(3)
    parents = some("hierarchical", 10)
    children = [apply_mutation(parent, draw_mutation(parent, rng)) for parent in parents]
    pairs = kernel([normal_form(genotype) for genotype in [*parents, *children]]).mean(axis=0)[:10, 10:]
    assert np.mean(np.diag(pairs)) > np.mean(pairs) + 0.1


@every_space
def test_the_likeness_that_the_help_shows_is_that_of_the_kernel(space: object) -> None:
    one, other = [normal_form(genotype) for genotype in some(space, 2)]
    assert likeness(one, other, 2) == pytest.approx(by_wl([one, other])[:, 0, 1])


def test_one_changed_live_edge_is_a_distance_of_at_least_one_and_the_distance_of_equals_is_none() -> None:
    [genotype] = some("hierarchical", 1)
    form = normal_form(genotype)
    assert edit_distance(form, form) == 0
    other = form.genotype.with_edge(2, 1, 4, 1, 1 + form.genotype.edge(2, 1, 4, 1) % 6)
    assert edit_distance(normal_form(other), form) >= 1
