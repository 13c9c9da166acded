"""Pages that are made from the code stay what the code says."""

import re
from pathlib import Path

import pytest

from seqrec_bench.evaluation.model_description import describe_model
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.reporting.model_settings import settings_markdown

DOCS = Path(__file__).parents[1] / "docs"
OURS = [name for name, point in registered().items() if point.dist and point.dist.name == "seqrec-bench"]


@pytest.mark.parametrize("name", OURS)
def test_the_page_of_models_has_the_settings_that_the_code_has(name: str) -> None:
    text = (DOCS / "models.md").read_text()
    (block,) = re.findall(f"<!-- settings {name}:begin -->\n(.*?)<!-- settings {name}:end -->\n", text, re.DOTALL)
    assert block == settings_markdown(describe_model(name))
