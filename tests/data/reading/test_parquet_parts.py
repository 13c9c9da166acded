import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from seqrec_bench.data import Columns, load_file, read_interactions
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError


def write(path: Path, **columns: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), path)


def rows(folder: Path) -> list[tuple[str, str, float]]:
    found = read_interactions(folder, Columns())
    assert found.times is not None
    users, items = found.user_ids[found.users], found.item_ids[found.items]
    return list(zip(users.tolist(), items.tolist(), found.times.tolist(), strict=True))


def test_parts_are_read_in_natural_order(tmp_path: Path) -> None:
    folder = tmp_path / "clicks.parquet"
    for number in (10, 9, 2, 0):
        write(folder / f"part-{number}.parquet", user=["u"], item=[f"i{number}"], time=[1])
    (folder / "_SUCCESS").touch()
    (folder / ".part-0.parquet.crc").write_bytes(b"crc")
    write(folder / "_delta" / "x.parquet", user=["x"], item=["x"], time=[1])
    write(folder / ".hidden" / "x.parquet", user=["x"], item=["x"], time=[1])
    assert rows(folder) == [("u", "i0", 1), ("u", "i2", 1), ("u", "i9", 1), ("u", "i10", 1)]
    assert load_file(folder, Columns(), None).name == "clicks"


def test_partitions_are_columns_of_what_is_in_them(tmp_path: Path) -> None:
    write(tmp_path / "user_id=u%2F1" / "date=2024-03-02" / "0.parquet", item=["a", "b"])
    write(tmp_path / "user_id=v" / "date=2024-03-01" / "0.parquet", item=["a"])
    assert rows(tmp_path) == [("u/1", "a", 1_709_337_600), ("u/1", "b", 1_709_337_600), ("v", "a", 1_709_251_200)]


def test_a_partition_is_none_where_the_parts_have_the_column(tmp_path: Path) -> None:
    write(tmp_path / "user=x" / "0.parquet", user=["u"], item=["a"], time=[1])
    assert rows(tmp_path) == [("u", "a", 1)]


def test_parts_may_differ_in_the_width_of_numbers_and_in_how_text_is_kept(tmp_path: Path) -> None:
    items = [pa.array(["a"]), pa.array(["b"], pa.large_string()), pa.array(["a"]).dictionary_encode()]
    for number, (item, kind) in enumerate(zip(items, (pa.int32(), pa.int64(), pa.uint32()), strict=True)):
        write(tmp_path / f"{number}.parquet", user=pa.array([7], kind), item=item, time=pa.array([number], kind))
    assert rows(tmp_path) == [("7", "a", 0), ("7", "b", 1), ("7", "a", 2)]


def nothing(folder: Path) -> None:
    (folder / "_SUCCESS").touch()


def a_missing_partition(folder: Path) -> None:
    write(folder / "user=__HIVE_DEFAULT_PARTITION__" / "0.parquet", item=["a"], time=[1])


def other_types(folder: Path) -> None:
    write(folder / "1.parquet", user=[1], item=["a"], time=[1])


def a_damaged_part(folder: Path) -> None:
    (folder / "1.parquet").write_bytes(b"PAR1")


def a_part_without_items(folder: Path) -> None:
    write(folder / "1.parquet", user=["u"], time=[1])


def other_files(folder: Path) -> None:
    (folder / "notes.txt").write_text("x")


def a_link_to_a_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent)


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "1.parquet")


def a_broken_link(folder: Path) -> None:
    (folder / "1.parquet").symlink_to("nowhere")


def a_name_of_other_bytes(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/user=\xff")).mkdir()


def a_folder(name: str, folder: Path) -> None:
    (folder / name).mkdir(parents=True)


@pytest.mark.parametrize(
    ("add", "sentence"),
    [
        (a_missing_partition, "Row 2 of .* has no user"),
        (other_types, "The parts of .* do not fit together .*: give them the same columns"),
        (a_damaged_part, r"1\.parquet can't be read as Parquet"),
        (a_part_without_items, "no column with a usual name .* among user, time"),
        (other_files, r"notes\.txt is no Parquet file: give a folder of Parquet files alone"),
        (a_link_to_a_folder, "more is a link to a folder"),
        (a_pipe, r"1\.parquet is a device or a pipe"),
        (a_name_of_other_bytes, r"has the folder 'user=\\udcff', whose name is not UTF-8"),
        (a_broken_link, r"1\.parquet does not exist"),
        (partial(a_folder, "_delta_log"), "has the folder _delta_log, by which Delta Lake keeps earlier versions too"),
        (partial(a_folder, "_temporary"), "has the folder _temporary, by which a write is under way or was given up"),
        (partial(a_folder, "year=2024/.hoodie"), "has the folder .hoodie, by which Hudi keeps earlier versions too"),
    ],
)
def test_parts_that_are_none_are_refused(tmp_path: Path, add: Callable[[Path], None], sentence: str) -> None:
    folder = tmp_path / "parts"
    write(folder / "0.parquet", user=["u"], item=["a"], time=[1])
    add(folder)
    with pytest.raises(InputError, match=sentence):
        read_interactions(folder, Columns())


def test_a_folder_without_parts_is_refused(tmp_path: Path) -> None:
    nothing(tmp_path)
    with pytest.raises(InputError, match="is a folder without Parquet files"):
        read_interactions(tmp_path, Columns())


@pytest.mark.parametrize(
    "form", [Form("sequences"), Form("pairs"), Form("json"), Form(separator=","), Form(has_header=False)]
)
def test_parquet_has_no_lines(tmp_path: Path, form: Form) -> None:
    write(tmp_path / "0.parquet", user=["u"], item=["a"], time=[1])
    for path in (tmp_path, tmp_path / "0.parquet"):
        with pytest.raises(InputError, match="is Parquet, which has names of columns and no lines"):
            read_interactions(path, Columns(), form)
