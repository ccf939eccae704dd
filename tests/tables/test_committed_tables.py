"""The tables that come with the project are whole, small, and what their metadata says."""

import json

import pytest

from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.space import search_space
from search.evolution.networks.phenotype import build_phenotype
from search.tables import reports
from search.tables.enumeration import every_network
from search.tables.library import DEFAULT, load_table
from search.tables.table import BenchmarkTable

MOST_BYTES = 5_000_000


@pytest.mark.parametrize("name", reports.table_names())
def test_a_table_is_small_and_its_metadata_is_of_this_file(name: str) -> None:
    path = reports.FOLDER / f"{name}.npz"
    metadata = json.loads((reports.FOLDER / f"{name}.json").read_text())
    facts = load_table(name).facts
    assert path.stat().st_size < MOST_BYTES
    assert metadata["distribution"][0]["sha256"] == facts.sha256
    assert (metadata["name"], metadata["version"]) == (facts.name, facts.version)
    assert "creativecommons.org/licenses/by/4.0" in metadata["license"]
    report = reports.table_report(name, "report")
    assert report is not None
    assert report["facts"]["sha256"] == facts.sha256


def test_a_sample_is_small_and_what_is_said_of_it_is_of_this_file() -> None:
    """There may be none: then there is no surrogate."""
    for name in reports.sample_names():
        path = reports.FOLDER / reports.SAMPLES / f"{name}.npz"
        table = BenchmarkTable.load(path)
        metadata = json.loads(path.with_suffix(".json").read_text())
        assert path.stat().st_size < MOST_BYTES
        assert metadata["distribution"][0]["sha256"] == table.facts.sha256
        assert "creativecommons.org/licenses/by/4.0" in metadata["license"]
        assert table.space == search_space("hierarchical")
        report = reports.sample_report(name, "report")
        assert report is not None
        assert report["facts"]["sha256"] == table.facts.sha256
        assert report["facts"]["surrogate"] is True
        assert report["facts"]["held_out"]["low"] > 0


def test_the_table_holds_every_network_of_its_space_and_is_the_presets() -> None:
    table = load_table(DEFAULT)
    assert list(table.keys) == list(every_network(table.space))
    assert all(build_phenotype(table.genotype(key)).key == key for key in table.keys[::25])
    config = PRESETS["benchmark"].config
    assert config.space == table.space
    assert config.protocol.steps == table.budgets[-1]
    assert config.protocol.repeats <= table.seeds
    assert 0.1 < table.test_accuracy.min() < 0.5 < table.test_accuracy.max() < 0.9
