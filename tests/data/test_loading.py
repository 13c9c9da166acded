import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from seqrec_bench.data import Columns, Dataset, NamedDataset, load_file, load_named
from seqrec_bench.data.loading import path_safe_name
from seqrec_bench.data.sets.movielens import ML_100K, read_ml_100k
from seqrec_bench.data.sets.sources import zip_archive
from seqrec_bench.errors import InputError


def test_100k_as_a_zip_put_into_the_cache_gives_the_same_data(
    ml_100k: Dataset,
    grouplens_members: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    declare: Callable[..., None],
) -> None:
    folder = tmp_path / "ml-100k"
    folder.mkdir()
    with ZipFile(folder / "ml-100k.zip", "w") as archive:
        for name, content in grouplens_members.items():
            archive.writestr(name, content)
    checksum = f"sha256:{hashlib.sha256((folder / 'ml-100k.zip').read_bytes()).hexdigest()}"
    source = zip_archive("GroupLens", ML_100K.url, checksum, read_ml_100k)
    declare(NamedDataset("ml-100k", 0, 0, 0, "", "", source))
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path))
    data = load_named("ml-100k")
    assert (data.fingerprint, data.tags_fingerprint) == (ml_100k.fingerprint, ml_100k.tags_fingerprint)


def test_100k_from_files_is_the_same_data(ml_100k: Dataset, recbole_folder: Path) -> None:
    data = load_file(recbole_folder / "ml-100k.inter", Columns(), recbole_folder / "ml-100k.item")
    assert data.name == "own-ml-100k"  # it might be anything
    assert (data.fingerprint, data.tags_fingerprint) == (ml_100k.fingerprint, ml_100k.tags_fingerprint)


def test_files_need_no_tags(tmp_path: Path) -> None:
    path = tmp_path / "my data.csv"
    path.write_text("who,item,time\nu,a,2\nu,b,1\n")
    data = load_file(path, Columns(user="who"), None)
    assert data.name == "my-data"
    assert data.item_ids[data.sequences.items].tolist() == ["b", "a"]
    assert data.sequences.tags is None


def test_tags_that_do_not_fit_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("user,item,time\nu,a,2\n")
    (tmp_path / "tags.csv").write_text("item,tags\nx,y\n")
    with pytest.raises(InputError, match="know none of its 1 items"):
        load_file(tmp_path / "f.csv", Columns(), tmp_path / "tags.csv")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/ratings.csv", "ratings"),
        ("ratings.v2.tsv.gz", "ratings.v2"),
        ("../my data (1).parquet", "my-data-1"),
        ("naïve.inter", "na-ve"),
        (".hidden.csv", "hidden"),
        ("...csv", "dataset"),
        ("データ.csv", "dataset"),
        ("-.csv.gz", "dataset"),
    ],
)
def test_names_are_safe_in_paths(file: str, name: str) -> None:
    assert path_safe_name(Path(file)) == name


def test_importing_the_floor_loads_nothing_heavy() -> None:
    heavy = {"pandas", "pyarrow", "pooch", "requests", "natsort", "scipy", "torch"}
    code = f"import sys, seqrec_bench.data; print(sorted({heavy!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "[]"
