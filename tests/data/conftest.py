"""Real files of MovieLens 100K, and wheels of the tests' own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from seqrec_bench.cache import cache_folder
from seqrec_bench.data.sets.fetching import is_cached
from seqrec_bench.data.sets.movielens import RECBOLE_ML_100K, read_ml_100k_of_recbole


@pytest.fixture(scope="session")
def recbole_folder() -> Path:
    """A folder with the data set in RecBole's layout."""
    folder = cache_folder() / "ml-100k"
    if not is_cached(RECBOLE_ML_100K, folder):
        RECBOLE_ML_100K.download(folder)
    return folder


@pytest.fixture(scope="session")
def grouplens_members(recbole_folder: Path) -> dict[str, bytes]:
    """The same data as GroupLens lays it out, by name in its archive."""
    rows = (recbole_folder / "ml-100k.inter").read_bytes().split(b"\n", 1)[1]
    _, tags = read_ml_100k_of_recbole(recbole_folder)
    genres = ["unknown", *sorted(frozenset().union(*tags.tags.values()) - {"unknown"})]  # as in u.genre

    def flags_of(item_genres: frozenset[str]) -> list[str]:
        return [str(int(genre in item_genres)) for genre in genres]

    films = [
        "|".join([item, title, "01-Jan-1995", "", "http://example.org", *flags_of(tags.tags[item])])
        for item, title in tags.titles.items()
    ]
    return {
        "ml-100k/README": b"Not for reading.",
        "ml-100k/u.data": rows,
        "ml-100k/u.item": ("\n".join(films) + "\n").encode("latin-1"),
    }


@pytest.fixture
def build_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Mapping[str, bytes]], Path]:
    """Makes a wheel for a requirement ``name==version`` of members; pip knows the wheels made so and no others."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))

    def build(requirement: str, members: Mapping[str, bytes]) -> Path:
        name, version = requirement.split("==")
        info = f"{name}-{version}.dist-info"
        path = shelf / f"{name}-{version}-py3-none-any.whl"
        with ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return path

    return build
