"""Pages that are made from the code stay what the code says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.model_description import describe_model
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.records import CellKey, Store
from seqrec_bench.records.encoding import encode
from seqrec_bench.rendering.model_settings import settings_markdown

DOCS = Path(__file__).parents[1] / "docs"
OURS = [name for name, point in registered().items() if point.dist and point.dist.name == "seqrec-bench"]


@pytest.mark.parametrize("name", OURS)
def test_the_page_of_models_has_the_settings_that_the_code_has(name: str) -> None:
    text = (DOCS / "models.md").read_text()
    (block,) = re.findall(f"<!-- settings {name}:begin -->\n(.*?)<!-- settings {name}:end -->\n", text, re.DOTALL)
    assert block == settings_markdown(describe_model(name))


def test_the_page_of_records_names_the_fields_that_records_have() -> None:
    text = (DOCS / "records.md").read_text()
    table = text[text.index("|:------|") :].partition("\n\n")[0]
    named = [name for line in table.splitlines()[1:] for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    record = Store(DOCS.parent / "results").load(CellKey("ml-100k", "loo-full-v1", "am-lstm", "paper", 100, 0))
    assert record is not None
    assert named == list(json.loads(encode(record, {"validation": {}, "test": {}, "repeated": []})))


def test_the_page_of_records_computes_what_the_bench_does() -> None:
    (code,) = re.findall("```python\n(.*?)```", (DOCS / "records.md").read_text(), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=DOCS.parent, capture_output=True, text=True, check=True)
    record = Store(DOCS.parent / "results").load(CellKey("ml-100k", "loo-full-v1", "popularity", "paper", 0, 0))
    assert record is not None
    said = re.findall(r"# (0\.\d+)\n", code)
    assert [done.stdout.strip()] == said == [f"{metric(record.test, 'HR@50').mean():.4f}"]


def test_the_page_of_own_models_names_every_search_that_comes_with_the_package() -> None:
    searches = {path.stem for path in (DOCS.parent / "seqrec_bench/experiments/searches").glob("*.toml")}
    named = re.search(
        r"These searches come with the package:(.*?\.) `", (DOCS / "your-own-model.md").read_text(), re.DOTALL
    )
    assert named and searches == set(re.findall(r"`([\w-]+)`", named[1]))
