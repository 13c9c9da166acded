"""Archives and gzip-ed files: what comes out of them, and what they may do instead."""

import gzip
import io
import tarfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from seqrec_bench.data.sets.unpacking import opened
from seqrec_bench.errors import InputError

CONTENT = b"some rows\nand more\n"


def write(path: Path, content: bytes = CONTENT) -> Path:
    """Writes an archive with the content as the member a/b, or a gzip-ed or plain file."""
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path, "w:gz") as tar:
            info = tarfile.TarInfo("a/b")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("a/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
    elif path.suffix == ".zip":
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            archive.writestr("a/b", content)
    else:
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


FORMS = [("f.txt", None), ("f.txt.gz", None), ("f.zip", "a/b"), ("f.tar.gz", "a/b")]


@pytest.mark.parametrize(("name", "member"), FORMS)
def test_content_comes_out_and_can_be_read_anew(tmp_path: Path, name: str, member: str | None) -> None:
    with opened(write(tmp_path / name), member) as file:
        assert (file.readline(), file.read()) == (b"some rows\n", b"and more\n")
        file.seek(0)
        assert file.read() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("name", "member"), FORMS)
def test_no_more_comes_out_than_may(tmp_path: Path, name: str, member: str | None) -> None:
    """16 MiB of zeros, of which the packed files have some kB."""
    path = write(tmp_path / name, bytes(2**24))
    said = rf"{name} unpacks to more than 1,000,000 bytes"
    with pytest.raises(InputError, match=said), opened(path, member, 10**6) as file:
        while file.read(2**16):
            pass
    with opened(write(tmp_path / name), member, len(CONTENT)) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize(("name", "member"), FORMS[1:])
@pytest.mark.parametrize("damage", ["cut", "flipped", "page"])
def test_damage_is_told_in_a_sentence(tmp_path: Path, name: str, member: str | None, damage: str) -> None:
    path = write(tmp_path / name, CONTENT * 1_000)
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[: middle - 8] + bytes(byte ^ 255 for byte in whole[middle - 8 : middle + 8]) + whole[middle + 8 :]
    path.write_bytes({"cut": whole[:middle], "flipped": flipped, "page": b"<html></html>"}[damage])
    said = rf"{name} can't be unpacked \(.+\): put an undamaged file there"
    with pytest.raises(InputError, match=said), opened(path, member) as file:
        file.read()


@pytest.mark.parametrize(("name", "member"), [("f.zip", "a/c"), ("f.tar.gz", "a/c"), ("f.tar.gz", "a/link")])
def test_a_member_that_is_not_there_is_named(tmp_path: Path, name: str, member: str) -> None:
    with (
        pytest.raises(InputError, match=rf"{member} in .*{name} can't be unpacked"),
        opened(write(tmp_path / name), member),
    ):
        pass


def test_an_absent_file_is_told() -> None:
    with pytest.raises(InputError, match="can't be unpacked"), opened(Path("nowhere.csv")):
        pass
