"""Compilation and loading of the C kernels for this machine."""

import ctypes
import hashlib
import logging
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch

from search.training.data import locations

log = logging.getLogger(__name__)

SOURCES = Path(__file__).with_name("source")
FLAGS = ("-O3", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared")
"""No -ffast-math: what is not a number must stay so until the loss shows it."""
FOR_THIS_PROCESSOR = (("-march=native",), ("-mcpu=native",), ())
"""The first that the compiler knows."""
COMPILERS = ("cc", "gcc", "clang")
REALS = {torch.float32: "float", torch.float64: "double"}
VECTORS = (64, 32, 16)
"""Bytes; on a processor without such wide ones the compiler takes two."""
PATIENCE = 300.0

_long, _int, _double, _pointer = ctypes.c_long, ctypes.c_int, ctypes.c_double, ctypes.c_void_p


class Shape(ctypes.Structure):
    """Of a block."""

    _fields_ = tuple((name, ctypes.c_long) for name in ("images", "height", "width", "channels"))


_blocks = _pointer
_SIGNATURES = {
    "convolution": (
        _int, _blocks, _long, _pointer, _long, _int, *[_pointer] * 4, _double, _double, *[_pointer] * 2, *[_blocks] * 2,
        _pointer,
    ),
    "convolution_backward": (
        _int, *[_blocks] * 2, _long, _pointer, _long, _int, *[_pointer] * 2, _blocks, _pointer, _blocks,
        *[_pointer] * 4,
    ),
    "pool": (_int, _blocks, _long, _pointer, _blocks),
    "pool_backward": (_int, *[_blocks] * 2, _long, _pointer, _blocks, _pointer),
    "normalise": (_pointer, _long, _long, *[_pointer] * 2, _double, _double, *[_pointer] * 4),
    "normalise_backward": (*[_pointer] * 2, _long, _long, *[_pointer] * 3),
}  # fmt: skip
"""Each function of the source; all give 0, or 1 where there was no memory."""


class Unavailable(Exception):
    """Why there are no kernels here."""


def library(dtype: torch.dtype, channels: int) -> ctypes.CDLL | None:
    """The kernels for numbers of that type and blocks of that width, with the widest vectors that suit it; None, with
    the reason in the log, where there are none."""
    if dtype not in REALS:
        return None
    return found_library(dtype, _vector_bytes(dtype, channels))[0]


def has_kernels(dtype: torch.dtype, channels: int) -> bool:
    """Whether a process trains such cells by them. They are written for one thread, as training processes have."""
    return torch.get_num_threads() == 1 and library(dtype, channels) is not None


def reason(dtype: torch.dtype, channels: int) -> str:
    """Why there are none; empty where there are."""
    return found_library(dtype, _vector_bytes(dtype, channels))[1]


def _vector_bytes(dtype: torch.dtype, channels: int) -> int:
    return next((wide for wide in VECTORS if channels * dtype.itemsize % wide == 0), VECTORS[-1])


@cache
def found_library(dtype: torch.dtype, vector_bytes: int) -> tuple[ctypes.CDLL | None, str]:
    try:
        return loaded_library(_compiled(REALS[dtype], vector_bytes)), ""
    except Unavailable as error:
        log.warning("training runs by torch's own operations, half as fast on a CPU: %s", error)
        return None, str(error)


def loaded_library(path: Path) -> ctypes.CDLL:
    try:
        found = ctypes.CDLL(str(path))
    except OSError as error:
        raise Unavailable(f"{path} cannot be loaded ({error})") from None
    for name, types in _SIGNATURES.items():
        function = getattr(found, name)
        function.argtypes, function.restype = types, _int
    return found


def _compiled(real: str, vector_bytes: int) -> Path:
    """The shared library, made if it is not there yet. Other processes may do the same at the same moment."""
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise Unavailable("there is no C compiler; install one (Debian: apt-get install gcc libc6-dev)")
    what = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir())))
    what.update(repr((FLAGS, compiler, real, vector_bytes, _processor())).encode())
    folder = locations.HERE.var / "kernels"
    path = folder / f"{real}-{vector_bytes}-{what.hexdigest()[:16]}.so"
    if path.exists():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as workplace:
            made = Path(workplace) / path.name
            _compile(compiler, (f"-DREAL={real}", f"-DVECTOR_BYTES={vector_bytes}"), made)
            made.replace(path)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{compiler} could not be run in {folder} ({error})") from None
    return path


def _compile(compiler: str, form: Sequence[str], made: Path) -> None:
    complaint = ""
    for processor in FOR_THIS_PROCESSOR:
        command = [compiler, *FLAGS, *processor, *form, "-o", str(made), str(SOURCES / "kernels.c"), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode == 0:
            return
        complaint = done.stderr.strip()
    raise Unavailable(f"{compiler} does not compile the kernels: {complaint[-500:]}")


def _processor() -> str:
    """What `native` means here: a library made for another processor may hold instructions that this one lacks."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.platform()
    return next((line for line in lines if line.startswith(("flags", "Features"))), platform.machine())
