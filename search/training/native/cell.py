"""Cell executed by the C kernels: forward and hand-written backward pass.

Every value is a list of blocks of the cell's width, so a concatenation is a list of what it is made of, copied nowhere.
Kept for the backward pass are the blocks that operations read and each convolution's result before its normalisation.
A block that several operations read gets its gradient from each of them in turn, added up where it lies.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from search.evolution.networks.program import Held, Program, Step, single
from search.training.native import calls
from search.training.native.parts import Parts, targets


class Plan(NamedTuple):
    """A cell before it runs."""

    program: Program
    sizes: tuple[int, ...]
    """How many blocks each value has: its width in a cell of width 1."""
    operations: nn.ModuleDict
    """Convolutions and pools, by the number of the value that each computes."""


class SavedForBackward(NamedTuple):
    """What a step leaves for its backward pass."""

    source: list[Tensor]
    """Empty where only its shape matters."""
    convolved: calls.Convolved | None = None
    """A convolution's, without its result: whoever reads that keeps it."""


Trace = list[SavedForBackward]
"""A whole forward pass, by step."""
Block = tuple[int, int]
"""(value, which of its blocks)."""


def run(plan: Plan, x: Tensor, *, recomputes: bool) -> Parts:
    """[N, C, H, W] -> what leaves the cell.

    `recomputes`: the backward pass computes all again instead of finding it in memory, for the same result.
    """
    leaves = _places(plan, plan.program.output)
    unique = list(dict.fromkeys(leaves))
    blocks = _Cell.apply(  # type: ignore[no-untyped-call]
        plan, unique, recomputes, calls.block_of(x), *plan.operations.parameters()
    )
    return Parts(blocks, tuple(unique.index(block) for block in leaves))


class _Cell(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, plan: Plan, leaves: list[Block], recomputes: bool, x: Tensor, *parameters: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.plan, ctx.leaves, ctx.trace = plan, leaves, None
        if recomputes:
            ctx.save_for_backward(x)
        else:
            ctx.trace = []
        blocks = _forward(plan, x, ctx.trace, counts=True)
        # Tensors of their own on the same memory: one that is kept here as well would hold its own history.
        return tuple(blocks[value][index].detach() for value, index in leaves)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        trace, ctx.trace = ctx.trace, None
        if trace is None:
            trace = []
            _forward(ctx.plan, ctx.saved_tensors[0], trace, counts=False)
        backward = BackwardPass(ctx.plan, dict(zip(ctx.leaves, gradients, strict=True)))
        for step in reversed(ctx.plan.program.steps):
            backward.take(step, trace.pop())  # what was kept goes with its step
        return None, None, None, backward.towards_input(), *backward.towards_parameters()


def _forward(plan: Plan, x: Tensor, trace: Trace | None, *, counts: bool) -> dict[int, list[Tensor]]:
    """Gives the values that nothing freed. `counts`: into the running statistics. Without a trace nothing is kept."""
    blocks: dict[int, list[Tensor]] = {0: [x]}
    for step in plan.program.steps:
        source = [block for value, times in step.reads for _ in range(times) for block in blocks[value]]
        if step.name in calls.POOLS:
            blocks[step.value] = calls.pool(step.name, source)
            kept = SavedForBackward(source if step.name == "max3x3" else [])
        else:
            operation = plan.operations[str(step.value)]
            convolution, normalisation = _convolution(step, operation), operation.normalisation
            assert isinstance(normalisation, nn.BatchNorm2d)
            convolved = calls.convolution(convolution, source, normalisation, counts=counts)
            blocks[step.value], kept = (
                convolved.result,
                SavedForBackward(source, convolved._replace(result=[])),
            )
        if trace is not None:
            trace.append(kept)
        for gone in step.frees:
            if gone == single(gone[0][0]):
                blocks.pop(gone[0][0], None)
    return blocks


def _places(plan: Plan, held: Held) -> list[Block]:
    """The blocks of a concatenation."""
    return [
        (value, index) for value, times in held for _ in range(times) for index in range(plan.sizes[value])
    ]


def _convolution(step: Step, operation: nn.Module) -> calls.Convolution:
    weights = [convolution.weight for convolution in operation.convolutions]  # type: ignore[union-attr]
    return calls.Convolution(
        step.name,
        weights[0] if step.name != "conv1x1" else None,
        weights[-1] if step.name != "dw3x3" else None,
    )


class BackwardPass:
    """The backward pass of a cell, from the gradients of what leaves it."""

    def __init__(self, plan: Plan, given: dict[Block, Tensor]) -> None:
        self._plan = plan
        self.gradients: dict[int, list[Tensor | None]] = {
            value: [None] * size for value, size in enumerate(plan.sizes)
        }
        self._like = next(iter(given.values())).contiguous()
        read = {value for step in plan.program.steps for value, _ in step.reads}
        for (value, index), gradient in given.items():
            # Others may look at what we were given; what more is added to it goes to a copy.
            self.gradients[value][index] = (
                gradient.clone(memory_format=torch.contiguous_format)
                if value in read
                else gradient.contiguous()
            )
        self._of: dict[Tensor, Tensor] = {}

    def take(self, step: Step, kept: SavedForBackward) -> None:
        """One step, the last first."""
        gradients = [gradient for gradient in self.gradients.pop(step.value) if gradient is not None]
        to, adds = self._targets(step.reads)
        if kept.convolved is None:
            calls.pool_backward(step.name, gradients, kept.source or gradients, to, adds)
            return
        operation = self._plan.operations[str(step.value)]
        convolution = _convolution(step, operation)
        found = calls.convolution_backward(convolution, gradients, kept.source, kept.convolved, to, adds)
        normalisation = operation.normalisation
        assert isinstance(normalisation, nn.BatchNorm2d)
        self._of.update(
            zip([*convolution.weights, normalisation.weight, normalisation.bias], found, strict=True)
        )

    def towards_input(self) -> Tensor | None:
        """The gradient of what the cell reads."""
        return self.gradients[0][0]

    def towards_parameters(self) -> list[Tensor]:
        """In the order of the operations' parameters."""
        return [self._of[parameter] for parameter in self._plan.operations.parameters()]

    def _targets(self, held: Held) -> tuple[list[Tensor], list[bool]]:
        found: list[Tensor] = []
        adds: list[bool] = []
        for value, times in held:
            blocks = self.gradients[value]
            to, has = targets(blocks, list(range(len(blocks))) * times, self._like)
            found += to
            adds += has
        return found, adds
