"""Configuration differences between experiments, and grouping by equal configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.experiments.config import experiment_config
from search.evolution.genotypes.primitives import PRIMITIVE_NAMES
from search.evolution.networks.hashing import canonical_json

SEEDS = ("seed", "protocol.seed", "protocol.split_seed")
"""Experiments that differ in nothing but these are repetitions of one another."""

Document = Mapping[str, Any]


@dataclass(frozen=True)
class ConfigurationField:
    """One field, with its value in each configuration."""

    path: str
    label: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def fields(documents: Sequence[Document]) -> list[ConfigurationField]:
    """Every field that any of the documents has, in the documents' order."""
    flat = [_flat(_whole(document)) for document in documents]
    paths = dict.fromkeys(path for document in flat for path in document)
    return [
        ConfigurationField(path, _label(path), tuple(document.get(path, "–") for document in flat))
        for path in paths
    ]


def repetition_key(document: Document) -> str:
    """Equal for configurations that differ in their seeds alone."""
    whole = _whole(document)
    seeds = {path.rpartition(".")[2] for path in SEEDS}
    protocol = {name: value for name, value in whole.get("protocol", {}).items() if name not in seeds}
    rest = {name: value for name, value in whole.items() if name not in ("seed", "protocol")}
    return canonical_json({**rest, "protocol": protocol})


def _whole(document: Document) -> dict[str, Any]:
    """With what older documents leave to defaults; as it is where it would not be accepted any more."""
    try:
        return experiment_config(dict(document)).to_json()
    except ValueError:
        return dict(document)


def _flat(document: Document, within: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in document.items():
        path = f"{within}.{name}" if within else str(name)
        if isinstance(value, dict) and path != "space":
            found |= _flat(value, path)
        else:
            found[path] = _written(path, value)
    return found


def _written(path: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and not path.endswith("seed"):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if path == "space" and isinstance(value, dict):
        return _shape(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or "none"
    return str(value)


def _shape(space: Document) -> str:
    shape = ", ".join(f"{level['motifs']} × {level['nodes']} nodes" for level in space.get("levels", []))
    primitives = space.get("primitives")
    primitives = None if primitives == list(PRIMITIVE_NAMES) else primitives
    limit = space.get("max_parameters")
    parts = [
        f"custom: {shape}",
        "normal and reduction cell" if space.get("reduction_cell") else "",
        ", ".join(primitives) if primitives else "",
        f"at most {limit:,} parameters" if limit else "",
    ]
    return "; ".join(part for part in parts if part)


def _label(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ").capitalize()
