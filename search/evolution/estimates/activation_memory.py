"""Activation memory of a cell: what its program holds during the forward and backward pass, step by step.

All numbers are in channels of a cell of width 1: times C, pixels, images and bytes they are memory, for every
width in a cell is a multiple of C. Pure Python: must import neither Django nor torch.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.phenotype import Phenotype, joined_width
from search.evolution.networks.program import Held, Program, cell_program, single

KEPT = 256
"""Cells remembered."""
INDEX = 2
"""Values that the place of a maximum takes the room of: 8 bytes beside 4."""


@dataclass(frozen=True)
class Holding:
    """One cell."""

    kept: int
    """That the forward pass leaves for the backward pass, the cell's input left out: whatever made it holds it."""
    peak: int
    """The most at once while the backward pass goes through the cell, what it has not come to yet included."""
    scoring: int
    """The most at once in a pass without gradients."""
    output: int
    """What leaves the cell."""


@lru_cache(maxsize=KEPT)
def cell_holding(phenotype: Phenotype, *, by_kernels: bool) -> Holding:
    """What a cell of that network holds, run by the kernels of `search.training.native` or by torch's operations."""
    program, widths = cell_program(phenotype), phenotype.widths(1)
    output = joined_width(program.output, widths)
    if by_kernels:
        blocks = _kept_blocks(program, widths)
        return Holding(
            kept=sum(blocks),
            peak=_backward_peak_of_blocks(program, widths, blocks),
            scoring=_scoring_peak(program, widths),
            output=output,
        )
    kept = _kept(program, widths)
    total = sum(sum(row) for row in kept)
    if program.output not in {step.reads for step in program.steps} and not _is_single(program.output):
        total += output  # what follows the cell reads it
    return Holding(
        kept=total,
        peak=_backward_peak(program, widths, [sum(row) for row in kept], total),
        scoring=_scoring_peak(program, widths),
        output=output,
    )


def _is_single(held: Held) -> bool:
    return len(held) == 1 and held[0][1] == 1


def _kept_blocks(program: Program, widths: tuple[int, ...]) -> list[int]:
    """For each step, by the kernels: a convolution keeps what its normalisation reads, and every value is kept that
    leaves the cell or that anything but an average pool reads. Concatenations are never made."""
    needed = {value for value, _ in program.output}
    needed |= {value for step in program.steps if step.name != "avg3x3" for value, _ in step.reads}
    return [
        (widths[step.value] if primitive(step.name).has_weights else 0)
        + (widths[step.value] if step.value in needed else 0)
        for step in program.steps
    ]


def _backward_peak_of_blocks(program: Program, widths: tuple[int, ...], kept: list[int]) -> int:
    """Each value has one gradient, from its last reader's backward pass to its own."""
    gradients = {value for value, _ in program.output}
    alive = sum(widths[value] for value in gradients)
    remaining = sum(kept)
    peak = remaining + alive
    for step, held in zip(reversed(program.steps), reversed(kept), strict=True):
        new = {value for value, _ in step.reads} - gradients
        gradients |= new
        alive += sum(widths[value] for value in new)
        peak = max(peak, remaining + alive)
        alive -= widths[step.value]
        remaining -= held
    return peak


def _kept(program: Program, widths: tuple[int, ...]) -> list[tuple[int, int]]:
    """For each step by torch (what it keeps of its own, the concatenation that it is the first to read).

    A convolution keeps its input, what its normalisation reads, and what its ReLU writes; a max pool
    its input and the places of its maxima, an average its input.
    """
    read_alone = {step.reads[0][0] for step in program.steps if _is_single(step.reads)}
    if _is_single(program.output):
        read_alone.add(program.output[0][0])
    seen: set[Held] = set()
    rows = []
    for step in program.steps:
        row, width, own = primitive(step.name), joined_width(step.reads, widths), widths[step.value]
        if row.has_weights:
            mine = 2 * own + (width if row.depthwise and row.pointwise else 0)
        else:
            mine = (own if step.value in read_alone else 0) + (INDEX * own if step.name == "max3x3" else 0)
        first = step.reads not in seen and not _is_single(step.reads)
        if first:
            seen.add(step.reads)
        rows.append((mine, width if first else 0))
    return rows


def _backward_peak(program: Program, widths: tuple[int, ...], kept: list[int], total: int) -> int:
    """Gradients come to life at a value's last reader and go with the step that computed it."""
    gradients: set[Held] = {program.output}
    alive = joined_width(program.output, widths)
    remaining = peak = total
    peak += alive
    for step, held in zip(reversed(program.steps), reversed(kept), strict=True):
        width, own = joined_width(step.reads, widths), widths[step.value]
        # Its own gradient through ReLU and normalisation, and the new gradient of what it reads.
        peak = max(peak, remaining + alive + own + width)
        if step.reads not in gradients:
            gradients.add(step.reads)
            alive += width
        if single(step.value) in gradients:
            gradients.discard(single(step.value))
            alive -= own
        remaining -= held
    return peak


def _scoring_peak(program: Program, widths: tuple[int, ...]) -> int:
    """As `search.training.network.flat_cell.FlatCell` runs: values and concatenations live until their last reader."""
    alive: Counter[Held] = Counter({single(0): 1})
    sizes = {single(0): widths[0]}
    now = peak = widths[0]
    for step in program.steps:
        for held, width in (
            (step.reads, joined_width(step.reads, widths)),
            (single(step.value), widths[step.value]),
        ):
            if not alive[held]:
                alive[held], sizes[held] = 1, width
                now += width
        middle = joined_width(step.reads, widths) if primitive(step.name).depthwise else 0
        peak = max(peak, now + middle + widths[step.value])
        for gone in step.frees:
            if alive.pop(gone, 0):
                now -= sizes[gone]
    return max(peak, now + (0 if alive[program.output] else joined_width(program.output, widths)))
