"""`make kernels`: that the kernels are chosen in fact, whatever the user has set, and that a fault is told."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "kernels.py"
PLANTED = """
import os

import numpy as np
from numpy._core import _multiarray_umath as core


def test_a_verdict_that_hangs_on_the_kernel():
    used = [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]]
    assert used, (os.environ["OPENBLAS_CORETYPE"], os.environ["ATEN_CPU_CAPABILITY"], os.environ["MKL_CBWR"])
"""
"""Fails where NumPy uses no more than its baseline, which is so under the first kernel alone."""


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("kernels", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["kernels"] = module  # where its dataclasses look for their annotations
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def features(script: Any) -> Any:
    """A processor with all that the kernels take, under a NumPy that chooses among three generations."""
    chosen = ("X86_V3", "X86_V4", "AVX512_ICL")
    return script.Features(("SSE42", "AVX", "AVX2", "FMA3", "AVX512F", "AVX512VL", *chosen[:2]), chosen)


def test_a_fault_under_a_kernel_fails_whatever_the_user_has_set(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a real process, whose libraries are asked what they use before the tests are run."""
    preset = {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
    for name, value in preset.items():
        monkeypatch.setenv(name, value)
    kernel, features = script.KERNELS[0], script.features()
    if script.lacking(kernel, features):
        pytest.skip(f"this processor has no {kernel.name}")
    test = tmp_path / "test_planted.py"
    test.write_text(PLANTED)
    done = script.run(kernel, features, ["-c", os.devnull, "--rootdir", tmp_path, test])
    assert done.returncode == 1, done.stdout + done.stderr
    assert "('Nehalem', 'default', 'COMPATIBLE')" in done.stdout
    assert "1 failed" in done.stdout


def test_what_failed_is_told_and_named_and_what_is_skipped_too(
    script: Any, features: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(kernel: Any, features: Any, tests: Any) -> "subprocess.CompletedProcess[str]":
        assert tests == script.TESTS
        bad = kernel.openblas == bad_core
        return subprocess.CompletedProcess([], int(bad), "E  a verdict" if bad else "...\n9 passed", "")

    monkeypatch.setattr(script, "features", lambda: replace(features, has=("SSE42", "AVX", "AVX2", "FMA3")))
    monkeypatch.setattr(script, "run", run)
    skipped = "AVX-512 (SkylakeX): skipped, since this processor lacks AVX512F, AVX512VL.\n"
    bad_core = "SandyBridge"
    assert script.main([]) == 1
    assert capsys.readouterr().out == (
        f"{skipped}SSE (Nehalem): 9 passed\nAVX (SandyBridge):\nE  a verdict\nAVX2 (Haswell): 9 passed\n"
        "Failed under AVX (SandyBridge).\n"
    )
    bad_core = "none"
    assert script.main([]) == 0
    assert capsys.readouterr().out.endswith("AVX2 (Haswell): 9 passed\nThe same under 3 kernels.\n")


def test_where_no_kernel_is_there_it_says_that_nothing_was_run(
    script: Any, features: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "features", lambda: replace(features, has=("NEON",)))
    assert script.main([]) == 0
    *skipped, last = capsys.readouterr().out.splitlines()
    assert len(skipped) == 4
    assert last == "No test was run: this processor has none of these kernels."


def test_each_kernel_names_all_variables_that_it_takes(script: Any, features: Any) -> None:
    found = [script.environment(kernel, features) for kernel in script.KERNELS]
    assert [each.get("NPY_DISABLE_CPU_FEATURES") for each in found] == [
        "X86_V3 X86_V4",
        "X86_V3 X86_V4",
        "X86_V4",
        None,
    ]
    for name in ("OPENBLAS_CORETYPE", "MKL_CBWR"):
        assert len({each[name] for each in found}) == 4
    assert [each["ATEN_CPU_CAPABILITY"] for each in found] == ["default", "default", "avx2", "avx512"]
    assert set().union(*found) <= set(script.VARIABLES)  # these are taken from the user's environment first


def test_a_kernel_that_was_not_chosen_is_a_fault(script: Any, features: Any) -> None:
    sse = script.KERNELS[0]
    held = replace(features, has=("SSE42", "AVX"))
    assert script.faults(sse, held, "Nehalem", "DEFAULT") == []
    assert script.faults(sse, held, None, "DEFAULT") == []  # this NumPy has no OpenBLAS of its own
    assert script.faults(sse, features, "Haswell", "AVX2") == [
        "OpenBLAS uses Haswell",
        "torch uses AVX2",
        "NumPy uses X86_V3, X86_V4",
    ]


def test_a_kernel_that_the_processor_has_not_is_known_by_what_is_lacking(script: Any, features: Any) -> None:
    assert [script.lacking(kernel, features) for kernel in script.KERNELS] == [[]] * 4
    old = replace(features, has=("SSE42", "AVX"))
    assert [script.lacking(kernel, old) for kernel in script.KERNELS][2:] == [
        ["AVX2", "FMA3"],
        ["AVX2", "FMA3", "AVX512F", "AVX512VL"],
    ]


def test_the_gate_runs_it(script: Any) -> None:
    assert "make kernels" in (SCRIPT.parent / "run").read_text().splitlines()
    for test in script.TESTS[:-2]:
        assert (script.ROOT / test).exists()
