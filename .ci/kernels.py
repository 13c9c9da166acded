"""Runs the statistics' tests under the kernels of other processors: `make kernels`.

NumPy, OpenBLAS, torch and MKL choose code by what the processor can do, and each adds in another order. A verdict must
not hang on that. Each kernel is one that a real processor would choose: the libraries are told to, whatever the user's
environment says, and are asked whether they do. A kernel that this processor has not is skipped, by name.

Arguments, if any, are for pytest, in place of the statistics' tests.
"""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ANALYSIS = Path("tests", "analysis")
SIMULATIONS = "not (covers or percent or often)"
"""Simulations are left out: they take long, and no rounding shows in how often an interval holds the truth."""
TESTS = (
    *(str(ANALYSIS / name) for name in ("statistics", "claims", "gate")),
    *(str(ANALYSIS / f"test_{name}.py") for name in ("comparison", "ablations", "breakdowns", "without_error")),
    *("-k", SIMULATIONS),
)
N_JOBS = 2
VARIABLES = (
    "OPENBLAS_CORETYPE",
    "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
)


@dataclass(frozen=True)
class Kernel:
    """What the libraries are to use."""

    name: str
    takes: tuple[str, ...]
    """The processor's features without which there is no such kernel, by NumPy's names."""
    openblas: str
    torch: str
    mkl: str
    """Can't be asked back."""
    numpy: int
    """The highest of `_level` that NumPy may use."""


KERNELS = (
    Kernel("SSE (Nehalem)", ("SSE42",), "Nehalem", "default", "COMPATIBLE", 0),
    Kernel("AVX (SandyBridge)", ("AVX",), "SandyBridge", "default", "AVX", 1),
    Kernel("AVX2 (Haswell)", ("AVX2", "FMA3"), "Haswell", "avx2", "AVX2", 2),
    Kernel("AVX-512 (SkylakeX)", ("AVX2", "FMA3", "AVX512F", "AVX512VL"), "SkylakeX", "avx512", "AVX512", 3),
)


@dataclass(frozen=True)
class Features:
    """What NumPy says of the processor, and which of it NumPy may be told to leave."""

    has: tuple[str, ...]
    chosen: tuple[str, ...]


def _level(feature: str) -> int:
    """The generation of vector instructions that a feature belongs to, by NumPy's names of all versions."""
    if feature.startswith("AVX512") or feature == "X86_V4":
        return 3
    if feature in ("AVX2", "FMA3", "X86_V3"):
        return 2
    return 1 if feature in ("AVX", "F16C", "FMA4", "XOP") else 0


def lacking(kernel: Kernel, features: Features) -> list[str]:
    """What the processor has not of what the kernel takes."""
    return [feature for feature in kernel.takes if feature not in features.has]


def environment(kernel: Kernel, features: Features) -> dict[str, str]:
    """The variables that make the libraries choose the kernel."""
    left_out = [name for name in features.chosen if name in features.has and _level(name) > kernel.numpy]
    chosen = {"OPENBLAS_CORETYPE": kernel.openblas, "ATEN_CPU_CAPABILITY": kernel.torch, "MKL_CBWR": kernel.mkl}
    return {**chosen, **({"NPY_DISABLE_CPU_FEATURES": " ".join(left_out)} if left_out else {})}


def faults(kernel: Kernel, features: Features, openblas: str | None, torch: str) -> list[str]:
    """In what the libraries did not do as they were told; OpenBLAS None where it can't be asked."""
    found = []
    if openblas is not None and openblas.lower() != kernel.openblas.lower():
        found.append(f"OpenBLAS uses {openblas}")
    if torch.lower() != kernel.torch:
        found.append(f"torch uses {torch}")
    used = [name for name in features.chosen if name in features.has and _level(name) > kernel.numpy]
    return [*found, *([f"NumPy uses {', '.join(used)}"] if used else [])]


def main(arguments: Sequence[str]) -> int:
    """Runs the tests under each kernel, two at a time, and says what came of each."""
    if arguments[:1] == ["--under"]:
        return _under(arguments[1], arguments[2:])
    if arguments[:1] == ["--features"]:
        _say(json.dumps(vars(_features())))
        return 0
    there = features()
    chosen = [kernel for kernel in KERNELS if not lacking(kernel, there)]
    for kernel in KERNELS:
        if kernel not in chosen:
            _say(f"{kernel.name}: skipped, since this processor lacks {', '.join(lacking(kernel, there))}.")
    if not chosen:
        _say("No test was run: this processor has none of these kernels.")
        return 0
    with ThreadPoolExecutor(N_JOBS) as pool:
        runs = pool.map(lambda kernel: run(kernel, there, arguments or TESTS), chosen)
        failed = [kernel.name for kernel, done in zip(chosen, runs, strict=True) if not _told(kernel, done)]
    _say(f"Failed under {', '.join(failed)}." if failed else f"The same under {len(chosen)} kernels.")
    return 1 if failed else 0


def features() -> Features:
    """What the processor has, and what NumPy may be told to leave, whatever the user's environment says."""
    found = json.loads(_ask(["--features"], {}).stdout)
    return Features(tuple(found["has"]), tuple(found["chosen"]))


def run(kernel: Kernel, features: Features, tests: Iterable[str]) -> "subprocess.CompletedProcess[str]":
    """Runs the tests under the kernel, in a process of their own; ends with 1 if it was not chosen."""
    return _ask(["--under", kernel.name, *tests], environment(kernel, features))


def _ask(arguments: Sequence[str], variables: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Runs this script in a new process that has none of the user's variables on kernels but these."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run(
        [sys.executable, __file__, *arguments],
        cwd=ROOT,
        env={**kept, "OMP_NUM_THREADS": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def _told(kernel: Kernel, done: "subprocess.CompletedProcess[str]") -> bool:
    """Prints the last line of what passed, and all of what failed; returns whether it passed."""
    lines = done.stdout.strip().splitlines() or [""]
    _say(f"{kernel.name}: {lines[-1]}" if done.returncode == 0 else f"{kernel.name}:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def _under(name: str, tests: Sequence[str]) -> int:
    """Asks the libraries what they use, here and now, and runs the tests if it is the kernel of this name."""
    import pytest
    import torch

    kernel = next(kernel for kernel in KERNELS if kernel.name == name)
    wrong = faults(kernel, _features(), _openblas(), torch.backends.cpu.get_cpu_capability())
    if wrong:
        _say(f"The kernel was not chosen: {'; '.join(wrong)}.")
        return 1
    return int(pytest.main(["-q", "-p", "no:cacheprovider", *tests]))


def _features() -> Features:
    from numpy._core import _multiarray_umath as numpy_core

    has = tuple(name for name, there in numpy_core.__cpu_features__.items() if there)
    return Features(has, tuple(numpy_core.__cpu_dispatch__))


def _openblas() -> str | None:
    """The core that NumPy's own OpenBLAS was chosen for; None where NumPy has none of its own."""
    import numpy as np

    for library in (Path(np.__file__).parents[1] / "numpy.libs").glob("libscipy_openblas*"):
        core = ctypes.CDLL(str(library)).scipy_openblas_get_corename64_
        core.restype = ctypes.c_char_p
        return str(core().decode())
    return None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
