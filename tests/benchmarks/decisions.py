"""`benchmark decisions`: what each early decision saves, and what it costs in the order of the networks.

A population is trained to the end; each rule is then replayed on its learning curves, network by network in the
order of proposal, with the code that a search runs. A network that a rule stops ranks below every one that it does
not, by what was last seen of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from search.evolution.decisions import RUNGS, Ladder, decided_rank, proxy_limit, upper_bound
from search.evolution.statistics.ranks import kendall, spearman
from tests.benchmarks.trained import Network, Repeat, Say, Trained, train_population

CHANCES = (0.001, 0.01, 0.05)
HALVINGS = ((2, 2), (3, 1), (3, 2))
PROXIES: tuple[Literal["parameters", "multiply_adds"], ...] = ("parameters", "multiply_adds")
PROXY_SHARE = 0.2
REFUSED = -2.0
"""Score of what was never trained: below everything that was."""


@dataclass
class Replay:
    """What a rule left of the trainings of one repeat (or of all, for rules about repeats)."""

    score: list[float]
    truth: list[float]
    trained: list[float]
    """Share of the full training that each network got."""
    cost: list[float]
    """Processor seconds of its full training."""

    def figures(self) -> dict[str, float]:
        chosen, best = max(range(len(self.score)), key=self.score.__getitem__), max(self.truth)
        spent = sum(share * seconds for share, seconds in zip(self.trained, self.cost, strict=True))
        good = sorted(range(len(self.truth)), key=self.truth.__getitem__, reverse=True)
        quarter = good[: max(1, len(good) // 4)]
        return {
            "steps saved %": 100 * (1 - fmean(self.trained)),
            "seconds saved %": 100 * (1 - spent / sum(self.cost)),
            "spearman": spearman(self.score, self.truth),
            "kendall": kendall(self.score, self.truth),
            "regret points": 100 * (best - self.truth[chosen]),
            "best quarter lost %": 100 * fmean(self.trained[place] < 0.999 for place in quarter),
        }


def measure(*, networks: int, repeats: int, steps: int, say: Say) -> dict[str, Any]:
    """Tables of what is known early, of the rules that act within one training, and of those about repeats."""
    found = train_population(networks=networks, repeats=repeats, steps=steps, say=say)
    return replayed(found)


def replayed(found: Trained) -> dict[str, Any]:
    """The tables for a trained population."""
    repeats = found.protocol.repeats
    within: dict[str, Callable[[Trained, int], Replay]] = {"none": lambda data, repeat: _all(data, repeat)}
    within |= {f"hopeless {chance:g}": _hopeless_rule(chance) for chance in CHANCES}
    within |= {f"halving {keep} x {rungs}": _halving_rule(keep, rungs) for keep, rungs in HALVINGS}
    within |= {f"proxy {proxy} {PROXY_SHARE:g}": _proxy_rule(proxy) for proxy in PROXIES}
    rows = [{"rule": name, **_mean(found, rule)} for name, rule in within.items()]
    over = [
        {"rule": "all repeats", **_repeats(found, repeats).figures()},
        *(
            {"rule": f"first {first} of {repeats}", **_repeats(found, first).figures()}
            for first in range(1, repeats)
        ),
    ]
    return {
        "networks": len(found.networks),
        "proposals": len(found.proposals),
        "training processor seconds": round(
            sum(repeat.seconds for network in found.networks for repeat in network.repeats)
        ),
        "what is known early, against the mean of the other repeats": _known_early(found),
        "one training each, against the mean of its other repeats": rows,
        "repeats, against the mean of all": over,
    }


def _known_early(data: Trained) -> list[dict[str, Any]]:
    """Rank correlations of what there is to decide by, over all networks; means over the repeats."""
    views: dict[str, Callable[[Network, int], float]] = {
        f"accuracy after {share:g}": lambda network, repeat, share=share: network.repeats[repeat].scored[  # type: ignore[misc]
            round(share * data.protocol.steps)
        ]
        for share in (*RUNGS, 1.0)
    }
    views |= {proxy: lambda network, _, proxy=proxy: getattr(network, proxy) for proxy in PROXIES}  # type: ignore[misc]
    rows = []
    for name, view in views.items():
        pairs = [
            ([view(network, repeat) for network in data.networks], _blank(data, repeat).truth)
            for repeat in range(data.protocol.repeats)
        ]
        rows.append(
            {
                "known": name,
                "spearman": fmean(spearman(one, other) for one, other in pairs),
                "kendall": fmean(kendall(one, other) for one, other in pairs),
            }
        )
    return rows


def _mean(data: Trained, rule: Callable[[Trained, int], Replay]) -> dict[str, float]:
    """Over replays of each repeat, as if it were the only one."""
    figures = [rule(data, repeat).figures() for repeat in range(data.protocol.repeats)]
    return {name: fmean(row[name] for row in figures) for name in figures[0]}


def _blank(data: Trained, repeat: int) -> Replay:
    def truth(network: Network) -> float:
        others = [row.accuracy for place, row in enumerate(network.repeats) if place != repeat]
        return fmean(others) if others else network.fitness

    return Replay(
        [],
        [truth(network) for network in data.networks],
        [],
        [network.repeats[repeat].seconds for network in data.networks],
    )


def _all(data: Trained, repeat: int) -> Replay:
    replay = _blank(data, repeat)
    replay.score = [network.repeats[repeat].accuracy for network in data.networks]
    replay.trained = [1.0 for _ in data.networks]
    return replay


def _hopeless_rule(chance: float) -> Callable[[Trained, int], Replay]:
    def replay_of(data: Trained, repeat: int) -> Replay:
        replay, steps = _blank(data, repeat), data.protocol.steps
        decided = decided_rank(data.tournament_fraction, chance)
        finished: list[Repeat] = []
        for network in data.networks:
            training = network.repeats[repeat]
            best = sorted((row.accuracy for row in finished), reverse=True)
            score, share = training.accuracy, 1.0
            for rung in RUNGS:
                step = round(rung * steps)
                now = training.scored[step]
                bound = upper_bound(now, [(row.scored[step], row.accuracy) for row in finished])
                if bound is not None and len(best) >= decided and bound < best[decided - 1]:
                    score, share = now - 1, rung
                    break
            else:
                finished.append(training)
            replay.score.append(score)
            replay.trained.append(share)
        return replay

    return replay_of


def _halving_rule(keep: int, rungs: int) -> Callable[[Trained, int], Replay]:
    def replay_of(data: Trained, repeat: int) -> Replay:
        replay, steps = _blank(data, repeat), data.protocol.steps
        ladder = Ladder.read(keep, rungs, None)
        waits: list[dict[int, float]] = [{} for _ in range(rungs)]
        replay.score = [0.0] * len(data.networks)
        replay.trained = [0.0] * len(data.networks)

        def climb(place: int, rung: int) -> None:
            training = data.networks[place].repeats[repeat]
            if rung == rungs:
                replay.score[place], replay.trained[place] = training.accuracy, 1.0
                return
            now = training.scored[round(RUNGS[rung] * steps)]
            replay.score[place], replay.trained[place] = now - 1 + rung / 10, RUNGS[rung]
            waits[rung][place] = now
            ladder.reached[rung] += 1

        for place in range(len(data.networks)):
            climb(place, 0)
            for rung in reversed(range(rungs)):
                while ladder.has_room(rung) and waits[rung]:
                    best = max(waits[rung], key=waits[rung].__getitem__)
                    del waits[rung][best]
                    ladder.promoted[rung] += 1
                    climb(best, rung + 1)
        return replay

    return replay_of


def _proxy_rule(proxy: Literal["parameters", "multiply_adds"]) -> Callable[[Trained, int], Replay]:
    def replay_of(data: Trained, repeat: int) -> Replay:
        replay = _all(data, repeat)
        first = data.networks[: data.initial]
        rows = [(getattr(row, proxy), row.repeats[repeat].accuracy) for row in first]
        limit = proxy_limit(rows, PROXY_SHARE)
        for place in range(data.initial, len(data.networks)):
            if limit.refuses(getattr(data.networks[place], proxy)):
                replay.score[place], replay.trained[place] = REFUSED, 0.0
        return replay

    return replay_of


def _repeats(data: Trained, first: int) -> Replay:
    """`first` repeats of each new network, one more when it is proposed again or leads."""
    most = data.protocol.repeats
    count = [0] * len(data.networks)

    def mean(place: int) -> float:
        return fmean(row.accuracy for row in data.networks[place].repeats[: count[place]])

    for place in data.proposals:
        count[place] = first if not count[place] else min(most, count[place] + 1)
        while count[leader := max((p for p in range(len(count)) if count[p]), key=mean)] < most:
            count[leader] += 1
    return Replay(
        score=[mean(place) for place in range(len(count))],
        truth=[network.fitness for network in data.networks],
        trained=[row / most for row in count],
        cost=[sum(row.seconds for row in network.repeats) for network in data.networks],
    )
