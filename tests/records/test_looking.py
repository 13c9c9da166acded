"""What can't be read is named: never taken for absent, and never called bad."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.errors import UnreadableError
from seqrec_bench.records.looking import at_depth, files_below, is_folder, is_there, read_bytes, require_file

SENTENCE = "can't be read ({}): mend its permissions, its link or its disk; what it holds may be good."


def link_to_nothing(path: Path) -> str:
    path.symlink_to(path.with_name("nothing"))
    return "it links to nothing"


def link_to_itself(path: Path) -> str:
    path.symlink_to(path)
    return "Too many levels of symbolic links"


def folder(path: Path) -> str:
    path.mkdir()
    return "Is a directory"


def pipe(path: Path) -> str:
    os.mkfifo(path)
    return "it is no file"


def bad_disk(path: Path) -> str:
    path.symlink_to("/proc/self/mem")  # which can be opened, and not be read from its beginning
    return "Input/output error"


@pytest.mark.parametrize("make", [link_to_nothing, link_to_itself, folder, pipe, bad_disk])
def test_what_cant_be_read_is_there_and_named(tmp_path: Path, make: Callable[[Path], str]) -> None:
    path = tmp_path / "record.json"
    reason = make(path)
    assert is_there(path)
    with pytest.raises(UnreadableError) as refusal:
        read_bytes(path)
    assert str(refusal.value) == f"{path} {SENTENCE.format(reason)}"
    assert "delete" not in str(refusal.value)


def test_what_is_not_there_is_absent(tmp_path: Path) -> None:
    path = tmp_path / "no" / "such" / "record.json"
    assert not is_there(path)
    for look in (read_bytes, require_file):
        with pytest.raises(FileNotFoundError):
            look(path)
    assert (list(at_depth(path, 2)), list(files_below(path)), is_folder(path)) == ([], [], False)


def test_nothing_is_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("")
    assert (list(at_depth(path, 2)), is_folder(path), is_there(path / "record.json")) == ([], False, False)
    with pytest.raises(FileNotFoundError):
        read_bytes(path / "record.json")


@pytest.mark.parametrize("make", [link_to_nothing, link_to_itself])
def test_what_would_be_in_a_folder_that_cant_be_entered_is_not_absent(
    tmp_path: Path, make: Callable[[Path], str]
) -> None:
    reason = make(tmp_path / "data")
    for look in (is_there, read_bytes, require_file):
        with pytest.raises(UnreadableError) as refusal:
            look(tmp_path / "data" / "record.json")
        assert reason in str(refusal.value)
    with pytest.raises(UnreadableError, match=reason):
        is_folder(tmp_path / "data")


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes that path one that nobody may read or list; permissions alone do not keep root out."""
    forbidden: set[str] = set()
    honest = {"scandir": os.scandir, "open": Path.open}

    def refused(name: str) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            if str(path) in forbidden:
                raise PermissionError(13, "Permission denied", str(path))
            return honest[name](path, *arguments, **options)

        return call

    monkeypatch.setattr(os, "scandir", refused("scandir"))
    monkeypatch.setattr(Path, "open", refused("open"))
    return lambda path: forbidden.add(str(path))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A results directory with two models' files."""
    for model in ("caser", "fpmc"):
        place = tmp_path / "toy" / model
        place.mkdir(parents=True)
        (place / "a.json").write_text("")
    return tmp_path


def names(paths: Iterator[Path]) -> list[str]:
    return [f"{path.parent.name}/{path.name}" for path in paths]


def test_a_file_without_permission_is_named(tree: Path, forbid: Callable[[Path], None]) -> None:
    path = tree / "toy" / "fpmc" / "a.json"
    forbid(path)
    for look in (read_bytes, require_file):
        with pytest.raises(UnreadableError, match=rf"^{path} can't be read \(Permission denied\)"):
            look(path)


def test_a_walk_stops_at_a_folder_that_it_cant_list_or_tells_of_it_and_goes_on(
    tree: Path, forbid: Callable[[Path], None]
) -> None:
    assert names(at_depth(tree, 3)) == ["caser/a.json", "fpmc/a.json"]
    forbid(tree / "toy" / "caser")
    for walk in (lambda *missed: at_depth(tree, 3, *missed), lambda *missed: files_below(tree, *missed)):
        with pytest.raises(UnreadableError, match=r"toy/caser can't be read \(Permission denied\)"):
            list(walk())
        missed: list[UnreadableError] = []
        assert names(walk(missed.append)) == ["fpmc/a.json"]
        assert len(missed) == 1


@pytest.mark.parametrize("make", [link_to_nothing, link_to_itself])
def test_a_link_that_leads_nowhere_might_be_a_folder_of_records(tree: Path, make: Callable[[Path], str]) -> None:
    reason = make(tree / "toy" / "moved")
    missed: list[UnreadableError] = []
    assert names(at_depth(tree, 3, missed.append)) == sorted(names(files_below(tree, missed.append)))
    assert [str(error) for error in missed] == [f"{tree / 'toy' / 'moved'} {SENTENCE.format(reason)}"] * 2


def test_a_folder_that_no_record_can_be_in_is_passed_over(tree: Path, forbid: Callable[[Path], None]) -> None:
    (tree / "lost+found").mkdir()
    forbid(tree / "lost+found")
    (tree / ".link").symlink_to("nothing")  # which is no folder of records either, but somebody's file
    assert names(at_depth(tree, 3)) == ["caser/a.json", "fpmc/a.json"]
    assert {path.name for path in files_below(tree)} == {".link", "a.json"}


def test_a_link_back_to_where_it_stands_is_gone_through_once(tree: Path) -> None:
    (tree / "toy" / "again").symlink_to(tree / "toy")
    assert sorted(path.name for path in files_below(tree)) == ["a.json", "a.json"]
