"""What a finished search tells through the client."""

import json
import sys

import pytest

from nasweb.client import Client, NaswebError, transport
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.models import Experiment
from tests.search.searching import created

pytestmark = pytest.mark.django_db(transaction=True)


def test_individuals_come_as_typed_records_with_genotypes_of_the_algorithm(
    server: Client, search: Experiment
) -> None:
    everybody = {row.step: row for row in server.experiments.get(search.pk).individuals()}
    assert list(everybody) == list(range(12))
    child = next(row for row in everybody.values() if row.mutation is not None)
    assert isinstance(child.genotype, Genotype)
    assert isinstance(child.mutation, Mutation)
    assert child.genotype.key == child.genotype_key
    assert child.parent_step is not None
    assert apply_mutation(everybody[child.parent_step].genotype, child.mutation) == child.genotype
    assert child.finished_at is not None
    assert child.created_at <= child.finished_at


def test_lists_go_on_over_their_pages(
    server: Client, search: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PER_PAGE", 5)
    experiment = server.experiments.get(search.pk)
    assert [row.step for row in experiment.individuals()] == list(range(12))
    assert [row.step for row in experiment.individuals(limit=7)] == list(range(7))
    names = [created(name=f"number {number}").name for number in range(7)]
    assert [row.name for row in server.experiments.list(query="number")] == names[::-1]
    assert [row.name for row in server.experiments.list(state="finished")] == ["Finished search"]


def test_the_filter_and_the_order_are_those_of_the_population_table(
    server: Client, search: Experiment
) -> None:
    experiment = server.experiments.get(search.pk)
    ordered = [row.fitness for row in experiment.individuals("fitness>0.2", sort="-fitness")]
    assert ordered == sorted((value for value in ordered if value is not None), reverse=True)
    assert {row.origin for row in experiment.individuals("origin:initial")} == {"initial"}
    fittest = experiment.individuals(sort="-fitness").first()
    assert fittest is not None
    assert experiment.individuals("fitness>0.999").first() is None
    best = experiment.best
    assert best is not None
    assert best.fitness == fittest.fitness


def test_a_line_of_ancestors_ends_at_an_initial_individual(server: Client, search: Experiment) -> None:
    experiment = server.experiments.get(search.pk)
    line = experiment.lineage(11)
    assert [row.step for row in line[1:]] == [row.parent_step for row in line[:-1]]
    assert line[-1].origin == "initial"
    assert 11 not in {row.step for row in experiment.children(11)}
    assert all(row.parent_step == line[-1].step for row in experiment.children(line[-1].step))


def test_a_population_becomes_a_frame(server: Client, search: Experiment) -> None:
    frame = server.experiments.get(search.pk).individuals().to_frame()
    assert list(frame.index) == list(range(12))
    assert frame["fitness"].between(0, 1).all()
    assert frame.loc[11, "mutation"] is None or "→" in frame.loc[11, "mutation"]
    assert server.experiments.get(search.pk).individuals("step>99").to_frame().empty


def test_without_pandas_a_frame_is_refused_with_what_to_do(
    server: Client, search: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(NaswebError, match="pip install pandas"):
        server.experiments.get(search.pk).individuals().to_frame()


def test_genotypes_are_found_compared_and_drawn(server: Client, search: Experiment) -> None:
    first, last = (server.experiments.get(search.pk).individual(step) for step in (0, 11))
    assert server.genotypes.get(last.genotype_key) == last.genotype
    assert server.genotypes.diff(first.genotype_key, first.genotype_key)["distance"] == 0
    assert server.genotypes.drawing(last.genotype_key, "L3-M1").startswith(b"<")


def test_an_evaluation_tells_its_curve(server: Client, search: Experiment) -> None:
    found = list(server.evaluations.list(experiment_id=search.pk, state=["done"]))
    assert found
    assert server.evaluations.get(found[0].id) == found[0]
    assert server.evaluations.curves(found[0].id)["repeats"][0]["points"]
    assert server.evaluations.log(found[0].id) == ""


def test_inspecting_stores_nothing_and_tells_what_is_wrong(server: Client, search: Experiment) -> None:
    experiment = server.experiments.get(search.pk)
    individual = experiment.individual(0)
    found = server.inspect(individual.genotype, experiment=experiment)
    assert found.valid
    assert found.feasible
    assert found.phenotype_key == individual.phenotype_key
    assert found.parameters == individual.parameters
    assert server.inspect(individual.text).parameters != found.parameters  # counted in another host
    wrong = server.inspect({"space": "flat", "levels": [[[[1]]]]})
    assert not wrong.valid
    assert wrong.faults[0].startswith("levels[0][0]")
    assert wrong.parameters is None


def test_what_one_may_choose_from_is_listed(server: Client) -> None:
    assert "quick" in {row["name"] for row in server.presets()}
    assert "digits" in {row["name"] for row in server.datasets()}


def test_a_record_keeps_what_a_newer_server_adds(server: Client, search: Experiment) -> None:
    individual = server.experiments.get(search.pk).individual(3)
    newer = json.loads(json.dumps(dict(individual.raw))) | {"mood": "cheerful"}
    again = type(individual).read(newer)
    assert again == individual
    assert again.raw["mood"] == "cheerful"
