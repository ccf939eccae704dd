"""A benchmark table says what was measured, charges what it took, and refuses what it does not hold."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.tables.table import BenchmarkTable, OutOfDomain, UnreadableTable, one_edge_changes
from search.tables.writing import Incomplete, table_bytes
from tests.tables.made_table import BUDGETS, PART, content, made_bytes, made_table

TEXT = "2x3+1x3~sep3x3+identity:1.01-2.20:1.12"


def test_the_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "made.npz"
    path.write_bytes(made_bytes())
    table = BenchmarkTable.load(path)
    facts = table.facts
    assert (facts.name, facts.version, facts.licence) == ("made", "1.0", "CC-BY-4.0")
    assert (facts.networks, facts.genotypes, facts.seeds, facts.budgets) == (248, 13_068, 3, BUDGETS)
    assert facts.sha256 == hashlib.sha256(made_bytes()).hexdigest()
    made = content()
    for (key, seed), result in list(made.results.items())[::50]:
        genotype = table.genotype(key)
        assert build_phenotype(genotype).key == key
        for budget, row in zip(BUDGETS, result.accuracy, strict=True):
            values = [
                table.query(genotype, budget, split, seed=seed) for split in ("train", "validation", "test")
            ]
            assert values == pytest.approx(row, abs=1e-6)


def test_the_same_content_gives_the_same_bytes_without_pickles() -> None:
    assert table_bytes(content()) == made_bytes()
    with np.load(io.BytesIO(made_bytes()), allow_pickle=False) as arrays:
        assert all(array.dtype != object for array in dict(arrays).values())


def test_every_genotype_of_a_network_has_its_row() -> None:
    table = made_table()
    swapped = "2x3+1x3~sep3x3+identity:2.20-1.01:2.21"
    assert table.canonical(TEXT) == table.canonical(swapped)
    assert table.query(TEXT, 40, seed=1) == table.query(swapped, 40, seed=1)


def test_no_seed_is_drawn_and_the_mean_is_asked_for_by_name() -> None:
    table = made_table()
    single = [table.query(TEXT, 40, "test", seed=seed) for seed in range(3)]
    assert len(set(single)) == 3
    assert table.query(TEXT, 40, "test", seed="mean") == pytest.approx(np.mean(single))
    with pytest.raises(TypeError, match="seed"):
        table.query(TEXT, 40, "test")  # type: ignore[call-arg]
    with pytest.raises(OutOfDomain, match='seed 3: use one of 0 to 2, or "mean"'):
        table.query(TEXT, 40, "test", seed=3)


@pytest.mark.parametrize(
    "text, budget, split, message",
    [
        (TEXT, 11, "test", "budget 11: the table has accuracies after 10, 20, 40 steps"),
        (TEXT, 40, "valid", "split 'valid': use one of train, validation, test"),
        ("2x3+1x3~sep3x3+identity:0.00-0.00:1.12", 40, "test", "builds no network"),
        ("2x3+1x3~max3x3:1.01-1.11:1.12", 40, "test", "which is not among the 248 of table made"),
    ],
)
def test_what_the_table_does_not_hold_is_refused_with_what_it_holds(
    text: str, budget: int, split: str, message: str
) -> None:
    with pytest.raises(OutOfDomain, match=message):
        made_table().query(text, budget, split, seed=0)  # type: ignore[arg-type]


def test_a_simulated_training_sets_the_clock_on_by_what_it_took() -> None:
    first = made_table().simulate(TEXT, 5.0, budget=10, seed=0)
    second = made_table().simulate(TEXT, first.clock, budget=40, seed=2)
    assert [first.clock, second.clock] == pytest.approx([6.0, 10.0])
    assert second.accuracy == made_table().query(TEXT, 40, seed=2)


def test_regret_is_the_distance_to_the_best_mean_test_accuracy() -> None:
    table = made_table()
    best = max(table.keys, key=lambda key: table.query(table.genotype(key), 40, "test", seed="mean"))
    assert table.regret(table.genotype(best)) == 0
    assert table.regret(TEXT) == pytest.approx(
        table.query(table.genotype(best), 40, "test", seed="mean")
        - table.query(TEXT, 40, "test", seed="mean")
    )


def test_neighbours_differ_on_one_edge_and_are_in_the_table() -> None:
    genotype = parse_genotype(TEXT)
    found = made_table().neighbours(TEXT)
    assert 0 < len(found) <= len(one_edge_changes(genotype)) == 2 * 9
    for row in found:
        changed = sum(
            one != other
            for ours, theirs in zip(genotype.text.replace(".", ""), row.text.replace(".", ""), strict=True)
            for one, other in [(ours, theirs)]
        )
        assert changed == 1
        assert made_table().canonical(row) in made_table().keys


def test_a_part_of_a_table_is_refused() -> None:
    made = content()
    results = dict(made.results)
    del results[next(iter(results))]
    with pytest.raises(Incomplete, match=r"1 of 744 trainings of sep\+identity are missing"):
        table_bytes(type(made)(**{**made.__dict__, "results": results}))


def test_a_file_that_is_no_table_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "holiday.npz").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(UnreadableTable, match=r"holiday\.npz is no benchmark table"):
        BenchmarkTable.load(tmp_path / "holiday.npz")
    with pytest.raises(OSError, match=r"none\.npz"):
        BenchmarkTable.load(tmp_path / "none.npz")


def test_every_network_of_the_part_is_in_the_table() -> None:
    assert list(made_table().keys) == sorted(PART.networks())
