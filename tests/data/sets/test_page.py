"""The page on data sets says what is declared."""

import re
import runpy
from pathlib import Path

import pytest

from seqrec_bench.data.sets.declaration import Family, NamedDataset
from seqrec_bench.data.sets.listing import line_of
from seqrec_bench.data.sets.registry import declared, registered
from seqrec_bench.entry_points import is_own
from seqrec_bench.rendering.markdown import escape_markdown, markdown_table

PAGE = (Path(__file__).parents[3] / "docs" / "data-sets.md").read_text(encoding="utf-8")
OWN = [declared(name) for name, point in registered().items() if is_own(point)]
HEAD = ("data set", "checksum", "licence", "address", "users", "items", "interactions")


def line(found: NamedDataset | Family) -> tuple[str, ...]:
    said = line_of(found.name)
    first = found.declare(found.members[0]) if isinstance(found, Family) else found
    counts = ["" if count is None else f"{count:,}" for count in (said.users, said.items, said.interactions)]
    name = f"{said.name} ({len(said.members)})" if said.members else said.name
    words = map(escape_markdown, (name, said.checksum, first.licence.removesuffix(".")))
    return (*words, f"<{said.address}>", *counts)


def test_the_table_is_that_of_the_declarations() -> None:
    (found,) = re.findall("<!-- sets:begin -->\n(.*?)\n?<!-- sets:end -->\n", PAGE, flags=re.DOTALL)
    expected = markdown_table([HEAD, *map(line, OWN)], n_left=4)
    assert found == expected, "put what is expected there, if it is right"


@pytest.mark.parametrize("found", OWN, ids=lambda found: found.name)
def test_of_each_it_is_said_how_far_it_was_tried(found: NamedDataset | Family) -> None:
    tried = PAGE[PAGE.index("## What of this has been seen") : PAGE.index("## One of your own")]
    assert f"`{line_of(found.name).name}`" in tried


def test_what_is_shown_of_a_declaration_is_one(tmp_path: Path) -> None:
    (source,) = re.findall("```python\n(.*?)```", PAGE, flags=re.DOTALL)
    (line,) = re.findall("^(my-shop = .*)$", PAGE, flags=re.MULTILINE)
    (tmp_path / "my_data.py").write_text(source.replace("sha256:...", f"sha256:{64 * '0'}"))
    assert isinstance(runpy.run_path(str(tmp_path / "my_data.py"))["MY_SHOP"], NamedDataset)
    assert line == 'my-shop = "my_data:MY_SHOP"'
