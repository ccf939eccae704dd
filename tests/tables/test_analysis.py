"""What a table tells is worked out from its numbers, and is right where the answer is known."""

import json
from functools import cache

import numpy as np
import pytest

from search.tables.analysis import analyse_table
from search.tables.correlations import correlation, ranks, spearman
from search.tables.landscape import landscape
from search.tables.lookup import TableLookup
from search.tables.table import BenchmarkTable, one_edge_changes
from tests.tables.made_table import made_table


@cache
def lookup_of_made() -> TableLookup[BenchmarkTable]:
    """Its networks are worked out once for all tests here."""
    return TableLookup(made_table())


def test_spearman_is_one_for_the_same_order_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=200)
    assert spearman(one, np.exp(one)) == pytest.approx(1.0)
    assert spearman(one, -one) == pytest.approx(-1.0)
    assert spearman(one, np.ones(200)) == 0.0
    assert ranks(np.array([3.0, 1.0, 3.0])).tolist() == [1.5, 0.0, 1.5]
    found = correlation(one, one + rng.normal(size=200))
    assert found.low < found.value < found.high < 1
    assert found.low > 0.4


def test_the_report_of_a_made_table_says_what_it_was_made_of() -> None:
    report = analyse_table(lookup_of_made())
    assert (report.facts.networks, report.facts.seeds) == (248, 3)
    assert sum(group.networks for group in report.by_parameters) == 248
    assert [group.low for group in report.by_parameters] == sorted(
        group.low for group in report.by_parameters
    )
    # Uniform noise of 0.01 either way has a standard deviation of 0.02 / sqrt(12).
    assert report.by_accuracy[0].noise == pytest.approx(0.02 / 12**0.5, rel=0.15)
    last = report.budgets[-1]
    assert last.steps == 40
    assert last.reliability is not None
    assert 0.9 < last.reliability.correlation < 1
    assert report.correlations["one seed against another"].value > 0.9
    assert abs(report.proxies["made"].value) < 0.2
    assert report.best["accuracy"] == made_table().test_accuracy.max()
    assert report.genotypes[0] >= 1
    json.dumps(report.to_json())


def test_the_landscape_is_correlated_at_small_distances_and_climbs_end_where_nothing_is_better() -> None:
    lookup = lookup_of_made()
    found = landscape(lookup, seed=3)
    assert found.autocorrelation[0] == pytest.approx(1.0)
    assert found.autocorrelation[1] > found.autocorrelation[5] > -0.2
    assert found.correlation_length > 0.5
    assert 1 <= found.local_optima < 248
    assert 0 < found.climbs_to_best <= 1
    table = lookup.table
    best = table.genotype(table.keys[int(np.argmax(table.accuracy[:, :, -1, 1].mean(axis=1)))])
    top = table.query(best, 40, seed="mean")
    around = [other for other in one_edge_changes(best) if lookup.row(other) is not None]
    assert all(table.query(other, 40, seed="mean") <= top for other in around)
