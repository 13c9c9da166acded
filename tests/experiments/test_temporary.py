"""TMPDIR: said where it is not used, and too long for sockets."""

import logging
import tempfile
from multiprocessing import process, util
from pathlib import Path

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.experiments import temporary
from seqrec_bench.experiments.temporary import settle_temporary_files


@pytest.fixture
def anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing in this process had asked for a temporary file, as `tmp_path` itself does."""
    monkeypatch.setattr(process.current_process(), "_config", {})
    monkeypatch.setattr(util, "Finalize", lambda *arguments, **options: None)  # the tests themselves clean up
    monkeypatch.setattr(tempfile, "tempdir", None)
    temporary._warn_of.cache_clear()


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize("length", [71, 72, 200])
def test_sockets_have_short_paths_and_files_stay_in_tmpdir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, length: int
) -> None:
    long = Path("/tmp") / tmp_path.name / ("x" * (length - len(f"/tmp/{tmp_path.name}/")))
    long.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("TMPDIR", str(long))
    settle_temporary_files()
    assert Path(util.get_temp_dir()).parent == (long if length == 71 else Path("/tmp"))
    assert tempfile.gettempdir() == str(long)
    assert caplog.messages == []
    Path(util.get_temp_dir()).rmdir()
    long.rmdir()
    long.parent.rmdir()


@pytest.mark.usefixtures("anew")
def test_where_no_place_is_short_enough_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "_SHORT", (str(tmp_path / "a"), str(tmp_path / "b")))
    monkeypatch.setattr(temporary, "_LONGEST", 3)
    with pytest.raises(InputError, match=r"too long for a socket, and neither .*/a nor .*/b can be written to: name"):
        settle_temporary_files()


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize("named", ["nowhere", "file"])
def test_a_tmpdir_that_can_not_be_used_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, named: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TMPDIR", str(tmp_path / named))
    caplog.set_level(logging.WARNING)
    settle_temporary_files()
    settle_temporary_files()
    (message,) = caplog.messages
    assert message == (
        f"Warning: TMPDIR names {tmp_path / named}, which is no directory that can be written to: temporary files go "
        f"to {tempfile.gettempdir()}."
    )
