"""Looking at a results directory. What can't be read is neither taken for absent nor called bad: it is named."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from seqrec_bench.errors import UnreadableError
from seqrec_bench.text import is_name

Missed = Callable[[UnreadableError], object]
"""Told of what a walk could not read; it goes on unless this raises."""


def stop(error: UnreadableError) -> None:
    """The `Missed` of whoever needs all there is."""
    raise error


def is_there(path: Path) -> bool:
    """Whether something stands there, be it a link that leads nowhere.

    Raises:
        UnreadableError: Nobody can tell.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        _require_sound_folders(path)
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def is_folder(path: Path) -> bool:
    """Whether a folder stands there, or a link to one.

    Raises:
        UnreadableError: Nobody can tell.
    """
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as error:
        if is_there(path):
            raise UnreadableError(_sentence(path, "it links to nothing")) from error
        return False
    except OSError as error:
        raise _unreadable(path, error) from error


def require_file(path: Path) -> os.stat_result:
    """The status of the file there, which can be opened.

    Raises:
        FileNotFoundError: Nothing stands there.
        UnreadableError: It is no file, or can't be opened.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for
            raise OSError(errno.EINVAL, "it is no file")
        path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError) as error:
        if is_there(path):
            raise UnreadableError(_sentence(path, "it links to nothing")) from error
        raise FileNotFoundError(error.errno, error.strerror, str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    return status


def read_bytes(path: Path) -> bytes:
    """What the file holds.

    Raises:
        FileNotFoundError: Nothing stands there.
        UnreadableError: It can't be read.
    """
    require_file(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(path, error) from error


def entries(folder: Path, missed: Missed = stop) -> list[os.DirEntry[str]]:
    """What stands in the folder, by name; nothing where there is none."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        try:
            is_folder(folder)
        except UnreadableError as error:
            missed(error)
    except OSError as error:
        missed(_unreadable(folder, error))
    return []


def at_depth(root: Path, depth: int, missed: Missed = stop) -> Iterator[Path]:
    """What stands so many levels below the root, folders too: 1 is what stands in it.

    A folder on the way that can't be read is passed over where no record can be in it, by its name: the ``lost+found``
    of a disk, say.
    """
    for entry in entries(root, missed):
        told = missed if is_name(entry.name) else _ignore
        if depth == 1:
            yield Path(entry.path)
        elif _is_folder(entry, told):
            yield from at_depth(Path(entry.path), depth - 1, told)


def files_below(root: Path, missed: Missed = stop) -> Iterator[Path]:
    """Whatever stands below the root and is no folder; each folder once, whatever links to it.

    A link that leads nowhere is missed where it might have led to records, by its name. Folders are passed over as
    `at_depth` has it.
    """
    seen: set[tuple[int, int]] = set()
    folders = [(root, missed)]
    while folders:
        folder, told_of = folders.pop()
        for entry in entries(folder, told_of):
            might_have_records = is_name(entry.name)
            told = told_of if might_have_records else _ignore
            leads_on = _is_folder(entry, told)
            if leads_on is False or (leads_on is None and not might_have_records):
                yield Path(entry.path)
            if not leads_on:
                continue
            status = entry.stat()
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                folders.append((Path(entry.path), told))


def _ignore(error: UnreadableError) -> None:
    """The `Missed` of what nobody asks for."""


def _is_folder(entry: os.DirEntry[str], missed: Missed) -> bool | None:
    """Whether it is a folder or links to one; None for what is missed, such as a link that leads nowhere."""
    try:
        if entry.is_dir():
            return True
        if entry.is_symlink():
            Path(entry.path).stat()
        return False
    except FileNotFoundError:
        missed(UnreadableError(_sentence(Path(entry.path), "it links to nothing")))
    except OSError as error:
        missed(_unreadable(Path(entry.path), error))
    return None


def _require_sound_folders(path: Path) -> None:
    """Raises `UnreadableError` where nothing is at the path since a folder on the way to it is a link to nothing."""
    for folder in path.parents:
        if folder.is_symlink() and not folder.exists():
            raise UnreadableError(_sentence(folder, "it links to nothing"))
        if folder.exists():
            return


def _unreadable(path: Path, error: OSError) -> UnreadableError:
    return UnreadableError(_sentence(path, error.strerror or str(error)))


def _sentence(path: Path, reason: str) -> str:
    return f"{path} can't be read ({reason}): mend its permissions, its link or its disk; what it holds may be good."
