"""Progress header of an experiment's page: counts, pace, best fitness, why it waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import fmean

from django.utils.html import format_html
from django.utils.safestring import SafeString

from search.database.clock import database_now
from search.evolution.experiments.config import ExperimentConfig
from search.models import Experiment, ExperimentState
from search.selectors import progress, workers
from search.selectors.progress import Finish, Open
from search.selectors.winner import Winner, winner
from search.services.experiments.rescoring import OTHER_MEASURES, REPEATS
from visualize.pages.experiments.pace import FEWEST, Pace, measure_pace
from visualize.pages.shared.duration_estimate import estimate_here
from visualize.style import formats
from visualize.style.strategy_words import strategy_summary

State = ExperimentState
OPEN_STATES = (State.DRAFT, State.RUNNING, State.PAUSED)
"""The page follows these; a failed one may be resumed, but nothing happens by itself."""
WAIT_BEFORE_HINT = timedelta(seconds=30)
NEWEST = 5
RECENT = 300
"""Latest individuals that pace and means are taken from."""

AT_OTHER_WORK = "{waiting} in the queue for {age}: the workers train what came before, of other searches."
STARTING = (
    "{waiting} in the queue for {age}. A worker is there and trains nothing: it may still be loading, or the "
    "networks may need what it does not offer."
)
NO_WORKER = (
    "No worker has taken the {waiting} waiting for {age}. Is a worker running? "
    "“make run” starts one; a deployment has its own."
)


@dataclass(frozen=True)
class ExperimentProgress:
    """One experiment at one moment."""

    experiment: Experiment
    config: ExperimentConfig
    latest: list[Finish]
    work: Open
    now: datetime

    @property
    def total(self) -> int:
        return self.experiment.individuals_planned

    @property
    def done(self) -> int:
        """Individuals that came to something: evaluated, failed, or stopped early. Cancelled ones did not."""
        return progress.done(self.experiment)

    @property
    def cancelled(self) -> int:
        """Given up by a person, without a result."""
        ended = self.experiment.proposed - self.work.running - self.work.waiting
        return max(0, ended - self.done)

    @property
    def fraction(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def state(self) -> str:
        return self.experiment.state

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES or bool(self.work.running)

    @property
    def can_pause(self) -> bool:
        return self.state == State.RUNNING or self.awaits_data

    @property
    def awaits_data(self) -> bool:
        """Paused by a worker that missed the data set; a person's pause keeps it so when that is there."""
        return self.state == State.PAUSED and self.experiment.awaits is not None

    @property
    def can_resume(self) -> bool:
        return self.state in (State.PAUSED, State.FAILED)

    @property
    def can_stop(self) -> bool:
        return self.state in (State.RUNNING, State.PAUSED, State.FAILED)

    @property
    def title(self) -> str:
        name = f"{self.experiment.name} · nasweb"
        return f"{int(100 * self.fraction)} % · {name}" if self.is_open else name

    @property
    def summary(self) -> str:
        config = self.config
        parts = [f"seed {config.seed}", strategy_summary(config.strategy)]
        return " · ".join([*parts, config.space.name or "custom space", config.protocol.dataset])

    @property
    def again(self) -> int:
        """Individuals beyond the budget that train the best network again."""
        planned = self.experiment.individuals_planned - self.config.budget.individuals
        return max(0, planned) if self.config.decisions.first_repeats else 0

    @property
    def decided(self) -> str:
        """What early decisions have come to; empty where none are on."""
        decisions, experiment, notes = self.config.decisions, self.experiment, list[str]()
        if decisions.looks_at_curves:
            waiting = " or wait at a rung" if decisions.halving else ""
            notes.append(f"{formats.count(experiment.stopped_early)} trainings are stopped{waiting}")
        if decisions.proxy != "none":
            notes.append(
                f"{formats.count(experiment.refused)} children were refused before training{self._limit}"
            )
        if decisions.first_repeats:
            added = f"{formats.count(self.again)} individual{'' if self.again == 1 else 's'} beyond the budget so far"
            notes.append(f"the best network is trained again to be sure of it, {added}")
        return f"Early decisions: {'; '.join(notes)}." if notes else ""

    @property
    def _limit(self) -> str:
        name = self.config.decisions.proxy.replace("_", "-")
        found = (self.experiment.decision_state or {}).get("proxy")
        if found is None:
            return ", none until the initial networks are done"
        if found["limit"] is None:
            return f", for {name} say too little here (rank correlation {found['correlation']:.2f})"
        side = "fewer" if found["refuse_below"] else "more"
        return f" for {side} than {formats.magnitude(found['limit'])} {name}"

    @property
    def pace(self) -> Pace:
        pace = measure_pace([finish.finished_at for finish in self.latest], self.now)
        return pace if self.state == State.RUNNING else Pace(pace.seconds_each)

    @property
    def left(self) -> SafeString | str:
        """Time left and when it ends; or what the state means for that."""
        if self.state != State.RUNNING:
            return self._when_over()
        pace = self.pace
        seconds = pace.seconds_left(self.total - self.done - self.cancelled)
        if seconds is None:
            return self._left_by_estimate()
        if pace.stalled:
            silent = formats.duration((self.now - self.latest[-1].finished_at).total_seconds())
            return format_html("stalled? nothing finished for {}", silent)
        end = self.now + timedelta(seconds=seconds)
        return format_html(
            '<span class="strong">{} left</span> <span class="muted">· ends ≈ '
            '<time datetime="{}" data-clock>{}</time></span>',
            formats.rough_duration(seconds),
            end.isoformat(),
            formats.clock(end),
        )

    def _left_by_estimate(self) -> SafeString:
        """What the launch form said, of what is left: until the first results tell better."""
        found = estimate_here(self.config)
        seconds = found.seconds_each * max(0, self.total - self.done - self.cancelled) / found.at_once
        return format_html(
            '<span class="strong">about {} left</span> <span class="muted" title="{}">· rough, as estimated before '
            "the start, until {} results are there</span>",
            formats.rough_duration(seconds),
            found.basis,
            FEWEST,
        )

    def _when_over(self) -> str:
        seconds = self.experiment.seconds
        if seconds is not None and self.state != State.PAUSED:
            return f"took {formats.duration(seconds)}"
        if self.state == State.PAUSED and self.work.running:
            running = self.work.running
            return f"pausing: {running} in training {'runs to its' if running == 1 else 'run to their'} end"
        return ""

    @property
    def may_rescore(self) -> bool:
        """Whether the best can be trained afresh, and is not being so."""
        found = self.winner
        measured_alike = self.config.protocol.evaluator.kind not in OTHER_MEASURES
        return measured_alike and found is not None and not (found.rescored and found.rescored.is_open)

    @property
    def rescoring_repeats(self) -> int:
        return REPEATS

    @cached_property
    def winner(self) -> Winner | None:
        """How the best came about, once the search is over."""
        over = self.state in (State.FINISHED, State.STOPPED) and not self.work.running
        return winner(self.experiment) if over else None

    @property
    def hint(self) -> str:
        """Why nothing happens, as far as the rows tell."""
        oldest = self.work.oldest
        if self.state != State.RUNNING or self.work.running or oldest is None:
            return ""
        waits = self.now - oldest
        if waits < WAIT_BEFORE_HINT:
            return ""
        waiting = f"{self.work.waiting} network{'' if self.work.waiting == 1 else 's'}"
        said = NO_WORKER
        if workers.training_processes():
            said = AT_OTHER_WORK if workers.is_training() else STARTING
        return said.format(waiting=waiting, age=formats.duration(waits.total_seconds()))

    @property
    def mean_over(self) -> int:
        """Individuals under the mean: a tenth of the search, 10 to 100."""
        return max(10, min(100, self.total // 10))

    @property
    def mean(self) -> float | None:
        return self._mean(self.latest[-self.mean_over :])

    @property
    def mean_change(self) -> float | None:
        """Against as many individuals before those."""
        before = self.latest[-2 * self.mean_over : -self.mean_over]
        earlier = self._mean(before) if len(before) == self.mean_over else None
        return None if earlier is None or self.mean is None else self.mean - earlier

    @staticmethod
    def _mean(finishes: list[Finish]) -> float | None:
        return fmean(finish.fitness for finish in finishes) if finishes else None

    @property
    def newest(self) -> list[Finish]:
        """The last few results, the latest first."""
        return self.latest[-NEWEST:][::-1]

    @property
    def distinct(self) -> int:
        """Individuals whose network was not known when they were proposed."""
        return self.experiment.proposed - self.experiment.shared

    @property
    def best_title(self) -> str:
        return "Best so far" if self.is_open else "Best network"

    @property
    def best_age(self) -> str:
        best = self.experiment.best
        if best is None:
            return ""
        steps = self.experiment.proposed - 1 - best.step
        return (
            "the latest step" if steps == 0 else f"{formats.count(steps)} step{'' if steps == 1 else 's'} ago"
        )

    @property
    def training_note(self) -> str:
        parts = [f"{self.work.running} now"] if self.work.running else []
        parts += [f"{formats.count(self.work.waiting)} waiting"] if self.work.waiting else []
        return " · ".join(parts)

    @property
    def idle_note(self) -> str:
        if self.work.waiting and self.state == State.RUNNING:
            return "Waiting for a worker."
        return {
            State.DRAFT: "Nothing yet: the search has not been started.",
            State.RUNNING: "A worker looks through the folder of images."
            if self.experiment.awaits
            else "Between two networks.",
            State.PAUSED: "Nothing: the search waits for its data set."
            if self.awaits_data
            else "Nothing: the search is paused.",
        }.get(State(self.state), "Nothing: the search is over.")


def progress_of(experiment: Experiment, latest: list[Finish], work: Open) -> ExperimentProgress:
    config = experiment.configuration
    return ExperimentProgress(experiment, config, latest, work, database_now())
