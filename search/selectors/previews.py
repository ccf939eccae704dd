"""Previews with recorded data: whether a network is known, and how long similar networks took."""

from dataclasses import dataclass

from django.db.models import F

from search import models
from search.evolution.estimates.training_cost import Timing, recorded_seconds
from search.evolution.experiments.config import ConfigError, ExperimentConfig, Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.slot_diff import same_shape
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host
from search.evolution.preview import Preview, network_of, preview_genotype, training_of
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.selectors.protocols import keys_of

TIMINGS = 60
"""The latest trainings of an experiment from which the time of the next one is told."""
MOST_EXPERIMENTS = 100
ACCEPTS_PEOPLE = (ExperimentState.RUNNING, ExperimentState.PAUSED, ExperimentState.FINISHED)
"""Experiments in these states take a genotype that a person made."""


@dataclass(frozen=True)
class PreviewSetting:
    """What a genotype is counted in and trained by."""

    host: Host
    protocol: Protocol | None = None
    experiment: Experiment | None = None
    max_parameters: int | None = None

    @classmethod
    def of(cls, experiment: Experiment) -> "PreviewSetting":
        config = experiment.configuration
        return cls.under(config, experiment)

    @classmethod
    def under(cls, config: ExperimentConfig, experiment: Experiment | None = None) -> "PreviewSetting":
        protocol = config.protocol
        return cls(protocol.shape_host, protocol, experiment, config.search_space.max_parameters)


@dataclass(frozen=True)
class KnownNetwork:
    """What is stored about a network."""

    stored: bool
    """Whether any genotype that builds it was ever proposed; if not, there is nothing else to ask."""
    individual: Individual | None
    """One that builds it: of the experiment that was asked about if there is one, else the fittest of all."""
    here: bool
    """Whether that individual is of the experiment that was asked about."""
    evaluation: Evaluation | None
    """Of this network under the protocol that was asked about."""


UNKNOWN = KnownNetwork(False, None, False, None)


@dataclass(frozen=True)
class Previewed:
    """A preview, and what is recorded."""

    preview: Preview
    seconds: float | None
    """What training would take; null without a network or a protocol."""
    start_seconds: float | None
    recorded: int
    """Trainings that the seconds rest on; 0: on arithmetic."""
    known: KnownNetwork


def preview_in(genotype: Genotype, setting: PreviewSetting, *, start: Genotype | None = None) -> Previewed:
    """What a genotype would be in a setting."""
    preview = preview_genotype(
        genotype,
        setting.host,
        protocol=setting.protocol,
        start=start,
        max_parameters=setting.max_parameters,
    )
    timings = _timings(setting.experiment) if setting.experiment else []
    seconds, recorded = _seconds(genotype, setting, timings)
    key = preview.network.phenotype.key if preview.network else ""
    return Previewed(
        preview=preview,
        seconds=seconds,
        start_seconds=_seconds(start, setting, timings)[0] if start else None,
        recorded=recorded,
        known=known_network(key, setting) if key else UNKNOWN,
    )


def _seconds(genotype: Genotype, setting: PreviewSetting, timings: list[Timing]) -> tuple[float | None, int]:
    network = network_of(genotype, setting.host)
    if network is None or setting.protocol is None:
        return None, 0
    told = recorded_seconds(network.cost.multiply_adds, timings)
    if told is not None:
        return told, len(timings)
    training = training_of(genotype, setting.host, setting.protocol)
    return (training.seconds if training else None), 0


def _timings(experiment: Experiment) -> list[Timing]:
    """By the order of completion, which is indexed: a protocol's evaluations as such are not."""
    rows = Individual.objects.filter(experiment=experiment, completion__isnull=False).order_by("-completion")
    found = rows.values_list("multiply_adds", "evaluation__train_seconds")[:TIMINGS]
    return [(size, seconds) for size, seconds in found if seconds > 0]


def known_network(phenotype_key: str, setting: PreviewSetting) -> KnownNetwork:
    """Who builds a network, and how fit it is under the setting's protocol."""
    if not models.Genotype.objects.filter(phenotype_key=phenotype_key).exists():
        return UNKNOWN
    rows = Individual.objects.filter(genotype__phenotype_key=phenotype_key).select_related(
        "experiment", "genotype"
    )
    rows = rows.order_by(F("fitness").desc(nulls_last=True), "pk")
    individual = rows.filter(experiment=setting.experiment).first() if setting.experiment else None
    evaluation = None
    if setting.protocol is not None:
        keys = keys_of(setting.protocol)
        evaluation = (
            Evaluation.objects.select_related("genotype")
            .filter(phenotype_key=phenotype_key, protocol_key__in=keys, context_key="")
            .order_by("pk")
            .first()
        )
    return KnownNetwork(True, individual or rows.first(), individual is not None, evaluation)


def experiments_for(space: SearchSpace) -> list[Experiment]:
    """Those that take a genotype of this shape that a person made, newest first."""
    rows = Experiment.objects.filter(state__in=ACCEPTS_PEOPLE, archived=False).order_by("-pk")
    return [row for row in rows[:MOST_EXPERIMENTS] if _fits(row, space)]


def custom_spaces() -> list[SearchSpace]:
    """The spaces of experiments that have no name of their own, newest first, each once."""
    rows = Experiment.objects.order_by("-pk").values_list("config__space", flat=True)[:MOST_EXPERIMENTS]
    spaces = [SearchSpace.model_validate(space) for space in rows if isinstance(space, dict)]
    return list(dict.fromkeys(spaces))


def evaluations_ahead() -> int:
    """How many evaluations wait for a worker."""
    return Evaluation.objects.filter(state=WorkState.WAITING).count()


def _fits(experiment: Experiment, space: SearchSpace) -> bool:
    try:
        return same_shape(experiment.configuration.search_space, space)
    except ConfigError:
        return False  # written by another version


def carrier_step(experiment_id: int, genotype_key: str) -> int | None:
    """The first individual of an experiment that is this very genotype."""
    rows = Individual.objects.filter(experiment=experiment_id, genotype__key=genotype_key).order_by("step")
    return rows.values_list("step", flat=True).first()
