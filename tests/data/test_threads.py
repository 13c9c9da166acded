"""Arrow never reads with threads of its own: those of a read that is given up may keep a process from ending."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SINGLE = {"ReadOptions": "use_threads", "ParquetFile": "pre_buffer"}
"""Calls that have to say no."""
NEEDED = {"read_csv": "read_options", "read_json": "read_options"}
"""Calls that would take threads without this."""
THREADED = {"open_csv", "read_table", "read_pandas", "open_json", "read_feather", "ParquetDataset"}
THREADED |= {"iter_batches", "read_row_group", "read_row_groups"}
MODULES = {"pyarrow.dataset", "pyarrow.orc", "pyarrow.feather"}


def threaded_reads(source: str) -> Iterator[str]:
    """The calls and imports of such a read, as they stand there."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            if any(f"{origin}{alias.name}" in MODULES for alias in node.names):
                yield ast.unparse(node)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            reads_columns = name == "read" and "columns" in said
            if (
                name in THREADED
                or (name in SINGLE and said.get(SINGLE[name]) != "False")
                or (name in NEEDED and NEEDED[name] not in said)
                or (reads_columns and said.get("use_threads") != "False")
            ):
                yield ast.unparse(node)


def test_no_module_reads_with_threads_of_arrow() -> None:
    sources = [path for folder in ("seqrec_bench", "baselines") for path in (ROOT / folder).rglob("*.py")]
    texts = {path: path.read_text(encoding="utf-8") for path in sources}
    assert {str(path): found for path, text in texts.items() if (found := list(threaded_reads(text)))} == {}
    uses = "".join(texts.values())
    assert all(f"{name}(" in uses for name in ("ReadOptions", "ParquetFile", "read_csv")), "or nothing is looked at"


@pytest.mark.parametrize(
    "source",
    [
        "csv.read_csv(file)",
        "csv.read_csv(file, read_options=csv.ReadOptions())",
        "read_csv(file, read_options=ReadOptions(use_threads=True))",
        "csv.open_csv(file)",
        "json.read_json(file)",
        "json.open_json(file)",
        "parquet.read_table(path)",
        "parquet.ParquetFile(file)",
        "content.read(columns=names)",
        "content.iter_batches()",
        "from pyarrow import dataset",
        "import pyarrow.dataset as ds",
    ],
)
def test_a_read_with_threads_would_be_found(source: str) -> None:
    assert len(list(threaded_reads(source))) == 1
