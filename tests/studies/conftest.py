from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.studies.loading import STUDIES, load_study
from seqrec_bench.studies.study import Study
from seqrec_bench.studies.view import View

CHEN2020 = (STUDIES / "chen2020.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chen2020() -> Study:
    return load_study("chen2020")


@pytest.fixture(scope="session")
def view(chen2020: Study) -> View:
    return chen2020.view()


@pytest.fixture
def study_of(tmp_path: Path) -> Callable[[str], Study]:
    """Reads a file of this text."""

    def read(text: str) -> Study:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return load_study(file)

    return read


@pytest.fixture
def faults_of(study_of: Callable[[str], Study]) -> Callable[[str], list[str]]:
    """Why a file of this text is refused."""

    def read(text: str) -> list[str]:
        with pytest.raises(InputError) as refusal:
            study_of(text)
        head, _, faults = str(refusal.value).partition("mine.toml is not valid: ")
        assert head.startswith("The study ")
        assert faults.endswith(".")
        assert "\n" not in faults
        return faults.removesuffix(".").split("; ")

    return read


@pytest.fixture
def faults_with(faults_of: Callable[[str], list[str]]) -> Callable[[str, str], list[str]]:
    """Why chen2020 is refused with a piece of its text replaced, in its first place."""

    def read(old: str, new: str) -> list[str]:
        assert old in CHEN2020
        return faults_of(CHEN2020.replace(old, new, 1))

    return read
