"""`python -m tests.benchmarks.training.everything PART DEVICE OPTIONS`: one part of the examination of a device.

Prints a line of JSON. OPTIONS is JSON: protocol, genotypes (texts, by multiply-adds), steps, seconds, checkpoint. What
a device cannot show raises Elsewhere, which is told as `not done`.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from search.artifacts.files import CheckpointFile
from search.evolution.artifacts import ArtifactJob
from search.evolution.evaluation import Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.shared_trainings import shared_training
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.training.loop.cuda_graphs import WARM_UP
from search.training.loop.fitting import estimate_resources_on
from search.training.loop.run import TrainingRun
from search.training.supernets import entry
from search.training.trainer import Subject, choose_device, train
from tests.benchmarks.training.memory import made_up_run
from tests.benchmarks.training.steps import memory_of

Options = dict[str, Any]
Facts = dict[str, Any]
Batches = list[tuple[Tensor, Tensor]]


class Elsewhere(Exception):
    """This device has no such thing; the text says why."""


def main(part: str, device: str, document: str) -> None:
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    try:
        facts = PARTS[part](choose_device(device), json.loads(document))
    except Elsewhere as reason:
        facts = {"not done": str(reason)}
    sys.stdout.write(json.dumps(facts) + "\n")


def _run(options: Options, device: torch.device, rank: float = 0.5) -> TrainingRun:
    """Of the network at that place by multiply-adds, a fraction 0..1; the same weights on every device."""
    texts = options["genotypes"]
    phenotype = build_phenotype(parse_genotype(texts[int(rank * (len(texts) - 1))]))
    torch.manual_seed(1)
    return made_up_run(phenotype, Protocol.model_validate(options["protocol"]), device)


def _losses(run: TrainingRun, batches: Batches, *, bf16: bool = False) -> list[float]:
    """Of plain steps on these batches, nothing recorded."""
    losses = []
    for images, labels in batches:
        with _narrow(run.device.type) if bf16 else nullcontext():
            loss = functional.cross_entropy(run.network(images).float(), labels)
        run.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        run.optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def _narrow(kind: str) -> AbstractContextManager[Any]:
    return torch.autocast(kind, dtype=torch.bfloat16, cache_enabled=False)


def _batches(run: TrainingRun, count: int) -> Batches:
    training, found = run.batches.training(), []
    for _ in range(count):
        images, labels = next(training)
        found.append((images.clone(), labels.clone()))
    return found


def float32(device: torch.device, options: Options) -> Facts:
    """The same steps in float32 on the device and on the CPU, on the same batches."""
    here, reference = _run(options, device), _run(options, torch.device("cpu"))
    batches = _batches(reference, options["steps"])
    expected = _losses(reference, batches)
    found = _losses(here, [(images.to(device), labels.to(device)) for images, labels in batches])
    apart = [abs(one - other) / abs(other) for one, other in zip(found, expected, strict=True)]
    facts = {"steps": len(apart), "first loss apart": apart[0], "largest apart": max(apart)}
    return facts if device.type == "cuda" else facts | {"rehearsal": "the CPU against itself"}


def bf16(device: torch.device, options: Options) -> Facts:
    """Steps under autocast to bfloat16 against the same in float32."""
    if device.type != "cuda":
        raise Elsewhere("trainings use bfloat16 on CUDA alone")
    narrow, wide = _run(options, device), _run(options, device)
    batches = _batches(wide, options["steps"])
    expected, began = _losses(wide, batches), time.perf_counter()
    found = _losses(narrow, batches, bf16=True)
    apart = [abs(one - other) / abs(other) for one, other in zip(found, expected, strict=True)]
    seconds = time.perf_counter() - began
    return {"steps": len(apart), "largest apart": max(apart), "ms a step, bf16": 1000 * seconds / len(apart)}


def recorded(device: torch.device, options: Options) -> Facts:
    """A recorded step against the plain one: whether it was taken, and what it gains."""
    if device.type != "cuda":
        raise Elsewhere("steps are recorded on CUDA alone")
    run = _run(options, device)
    batches = _batches(run, 2)
    for _ in range(WARM_UP + 2):
        run.take_step(*batches[0])
    replays = run.captured is not None and run.captured.replays
    plain = _timed(lambda: run.gradient_step(*batches[1]), options["seconds"], device)
    replayed = _timed(lambda: run.take_step(*batches[1]), options["seconds"], device)
    return {
        "replays": replays,
        "plain, ms": plain,
        "replayed, ms": replayed,
        "times as fast": plain / replayed,
    }


def _timed(step: Callable[[], object], seconds: float, device: torch.device) -> float:
    """Milliseconds of a step."""
    torch.cuda.synchronize(device)
    steps, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        for _ in range(10):
            step()
        torch.cuda.synchronize(device)
        steps += 10
    return 1000 * (time.perf_counter() - began) / steps


def memory(device: torch.device, options: Options) -> Facts:
    """What trainings take at their peak against what was predicted; the network's rank says which."""
    rank = options["rank"]
    phenotype = build_phenotype(
        parse_genotype(options["genotypes"][int(rank * (len(options["genotypes"]) - 1))])
    )
    protocol = Protocol.model_validate(options["protocol"])
    predicted = estimate_resources_on(phenotype, protocol, device, Runtime()).bytes
    before = memory_of("VmRSS")
    run = _run(options, device, rank)
    for images, labels in _batches(run, 1) * 3:
        run.take_step(images, labels)
    run.score()
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        taken = total - free
        note = "of the whole device: nobody else may use it meanwhile"
    else:
        taken, note = memory_of("VmHWM") - before, "of the process"
    return {"rank": rank, "predicted, MiB": predicted / 2**20, "taken, MiB": taken / 2**20, "measured": note}


def one_shot(device: torch.device, options: Options) -> Facts:
    """A whole shared training of a supernet, with its memory."""
    document = shared_training(options["shared"]).to_json()
    before = memory_of("VmRSS")
    began = time.perf_counter()
    found = entry.train(ArtifactJob(document, 1, Runtime(str(device))), progress=lambda _: None)
    seconds = time.perf_counter() - began
    cuda = device.type == "cuda"
    taken = torch.cuda.max_memory_reserved(device) if cuda else memory_of("VmHWM") - before
    return {
        "steps": options["shared"]["protocol"]["steps"],
        "ms a step, all in": 1000 * seconds / options["shared"]["protocol"]["steps"],
        "predicted, MiB": found.result["predicted_bytes"] / 2**20,
        "taken, MiB": taken / 2**20,
    }


def training(device: torch.device, options: Options) -> Facts:
    """A whole training of real images with a checkpoint at `folder`, if it is given; goes on from what is there."""
    phenotype = build_phenotype(parse_genotype(options["genotypes"][0]))
    protocol = Protocol.model_validate(options["whole"])
    file = CheckpointFile(Path(options["checkpoint"]), 0.001) if options.get("checkpoint") else None
    first: list[int] = []

    def progress(point: Any) -> None:
        if point.step:
            first.append(point.step)

    subject = Subject(phenotype, protocol, seed=1, runtime=Runtime(str(device)))
    found = train(subject, progress=progress, checkpoint=file)
    return {"accuracy": found.accuracy, "first step told": first[0] if first else 0, "on": found.device}


PARTS: dict[str, Callable[[torch.device, Options], Facts]] = {
    "float32": float32,
    "bf16": bf16,
    "recorded": recorded,
    "memory": memory,
    "one_shot": one_shot,
    "training": training,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
