"""Every field of the filter language finds in SQL what reading the rows finds."""

from collections.abc import Callable
from typing import Any

import pytest

from search import selectors, services
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, Individual, MotifUse
from search.selectors.population import genotype_of
from search.selectors.query import FIELDS, parse_query
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db
Holds = Callable[[Individual], bool]


@pytest.fixture
def experiment(settings: Any) -> Experiment:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    experiment = started(small_config(individuals=24, protocol={"repeats": 2}))
    (first, *_) = services.advance_experiment(experiment_id=experiment.pk)
    claim = services.claim_evaluation(evaluation_id=first, worker="box")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="time_out", reason="too slow")
    work_off(experiment)
    Individual.objects.filter(experiment=experiment, step=3).update(tags=["odd"], origin="human")
    return experiment


def separable(row: Individual) -> int:
    operations = build_phenotype(genotype_of(row)).operations
    return sum(operation.name == "sep3x3" for operation in operations)


def carries(key: str) -> Holds:
    uses = MotifUse.objects.filter(motif__key__startswith=key, uses__gt=0)
    genotypes = set(uses.values_list("genotype_id", flat=True))
    return lambda row: row.genotype_id in genotypes


def terms(rows: list[Individual]) -> dict[str, Holds]:
    middle = sorted(row.fitness for row in rows if row.fitness is not None)[10]
    size = sorted(row.parameters for row in rows)[10]
    work = sorted(row.multiply_adds for row in rows)[10]
    spread = sorted(row.fitness_spread or 0 for row in rows)[12]
    seconds = sorted(row.evaluation.train_seconds for row in rows)[10]
    motif = (
        MotifUse.objects.filter(genotype=rows[-1].genotype, level=2, uses__gt=0).earliest("pk").motif.key[:4]
    )
    network = rows[-1].genotype.phenotype_key[:4]
    deep = sorted(row.genotype.depth or 0 for row in rows)[len(rows) // 2]
    parent = next(row.parent.step for row in rows if row.parent is not None)
    return {
        f"fitness>{middle!r}": lambda row: row.fitness is not None and row.fitness > middle,
        f"fitness<={100 * middle:.2f}%": lambda row: (
            row.fitness is not None and row.fitness <= float(f"{100 * middle:.2f}") * 0.01
        ),
        f"params<{size}": lambda row: row.parameters < size,
        f"params>={size / 1000:.0f}k": lambda row: row.parameters >= 1000 * round(size / 1000),
        f"madds>={work}": lambda row: row.multiply_adds >= work,
        f"depth<={deep}": lambda row: row.genotype.depth is not None and row.genotype.depth <= deep,
        f"seconds<={seconds!r}": lambda row: row.evaluation.train_seconds <= seconds,
        "step>=20": lambda row: row.step >= 20,
        "generation>1": lambda row: row.generation > 1,
        f"spread<={spread!r}": lambda row: row.fitness_spread is not None and row.fitness_spread <= spread,
        "repeats>1": lambda row: row.repeats is not None and row.repeats > 1,
        "stopped>0": lambda row: row.stopped_at is not None,
        f"parent={parent}": lambda row: row.parent is not None and row.parent.step == parent,
        "state:failed": lambda row: row.state == "failed",
        "origin:human,initial": lambda row: row.origin in ("human", "initial"),
        "reason:time_out": lambda row: row.evaluation.reason_code == "time_out",
        "shared:yes": lambda row: row.shared,
        "op:sep3x3>=6": lambda row: separable(row) >= 6,
        "op:sep3x3<4": lambda row: separable(row) < 4,
        "tag:odd": lambda row: "odd" in row.tags,
        f"motif:{motif}": carries(motif),
        f"network:{network}": lambda row: row.genotype.phenotype_key.startswith(network),
    }


def found(experiment: Experiment, query: str) -> list[int]:
    page = selectors.individuals(experiment, query=query, order="step", per_page=100)
    return [row.step for row in page.items]


def test_each_term_finds_what_reading_every_row_finds(experiment: Experiment) -> None:
    rows = list(experiment.individuals.select_related("genotype", "parent", "evaluation").order_by("step"))
    known = terms(rows)
    assert {text.replace("=", ":").split(":")[0].split(">")[0].split("<")[0] for text in known} == {
        field.name for field in FIELDS
    }
    for query, holds in known.items():
        assert found(experiment, query) == [row.step for row in rows if holds(row)], query
        if (
            "fitness" not in query
            and "spread" not in query
            and "repeats" not in query
            and "stopped" not in query
        ):
            assert found(experiment, f"-{query}") == [row.step for row in rows if not holds(row)], f"-{query}"
    both = list(known.items())
    for (one, first), (other, second) in zip(both, both[3:], strict=False):
        wanted = [row.step for row in rows if first(row) and second(row)]
        assert found(experiment, f"{one} {other}") == wanted, (one, other)


def test_the_rows_without_tags_are_not_searched_for_words(experiment: Experiment) -> None:
    """They are nearly all: on 100,000 of them forty words took six seconds, and take a tenth of one."""
    sql = str(Individual.objects.filter(parse_query("tag:odd,even")).query)
    assert sql.upper().count("LIKE") == 2  # once for each word of plain letters
    assert "[]" in sql  # and only where there is a tag at all
    accented = str(Individual.objects.filter(parse_query("tag:ünïcode")).query)
    assert accented.upper().count("LIKE") == 2  # escaped and not
