import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.rendering.latex import report_latex
from seqrec_bench.rendering.markdown import report_markdown
from seqrec_bench.rendering.report.build import build_report
from seqrec_bench.rendering.report.sources import Sources

LATEX = shutil.which("pdflatex") or shutil.which("tectonic")
DOCUMENT = r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{report}\end{document}"


@pytest.mark.parametrize("form", [report_markdown, report_latex], ids=["md", "latex"])
def test_texts_have_the_table_the_claims_and_the_breakdowns(sources: Sources, form: Callable[..., str]) -> None:
    text = " ".join(form(build_report(sources)).split())
    for words in ("Table 1, HR@50", "Table 1, NDCG@50", "C1: undecidable", "C6, part by part", "This needs the data."):
        assert words in text
    assert "Learning curves" not in text


def test_tables_in_markdown_have_as_many_cells_as_their_head(hostile: Sources) -> None:
    n_tables = 0
    for block in report_markdown(build_report(hostile)).split("\n\n"):
        if block.startswith("| "):
            n_tables += 1
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    assert n_tables >= 3


@pytest.mark.skipif(LATEX is None, reason="no LaTeX here: install pdflatex or tectonic")
@pytest.mark.parametrize("which", ["sources", "hostile"])
def test_latex_compiles(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    text = report_latex(build_report(request.getfixturevalue(which)))
    (tmp_path / "report.tex").write_text(text, encoding="utf-8")
    (tmp_path / "document.tex").write_text(DOCUMENT)
    strict = ["-interaction=nonstopmode", "-halt-on-error"] if "pdflatex" in str(LATEX) else []
    done = subprocess.run(
        [str(LATEX), *strict, "document.tex"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "document.pdf").read_bytes().startswith(b"%PDF")


def test_no_text_becomes_a_command_in_latex(hostile: Sources) -> None:
    text = report_latex(build_report(hostile))
    assert r"\input" not in text
    assert "<" not in text and "#" not in text.replace(r"\#", "")


def test_signs_are_minus_signs_in_latex(sources: Sources) -> None:
    assert re.search(r"& \$-0\.\d{4}\$ &", report_latex(build_report(sources)))
