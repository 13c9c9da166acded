"""The three formats of one report."""

import json
import re
from dataclasses import replace

import pytest

from seqrec_bench.analysis.gate.report import Judgement, Report
from seqrec_bench.analysis.gate.verdicts import Verdict
from seqrec_bench.errors import ExitCode
from seqrec_bench.rendering.gate import check_document, workflow_command

FINE = Judgement("FPMC", "HR@50", 0.5, 0.51, (0.0, 0.02), 0.02, 5, Verdict.REPRODUCED, ExitCode.DONE, "")
OPEN = replace(FINE, subject="Caser", found=0.48, verdict=Verdict.INCONCLUSIVE, code=ExitCode.INCONCLUSIVE, remark="so")
BAD = replace(FINE, subject="GRU", found=0.4, bounds=None, verdict=Verdict.FALLS_SHORT, code=ExitCode.FALLS_SHORT)
DECLINE = replace(FINE, found=0.495, verdict=Verdict.DECLINES)

SCOPE = "ml-100k under loo-full-v1 against chen2020"
MORE = "More seeds would tell: run --seeds 0-9."


def written(content: Report, format: str) -> str:
    return check_document(content).written(format)


def report(*judgements: Judgement, missing: tuple[str, ...] = ()) -> Report:
    return Report("reported", ("HR@50",), judgements, missing, ("A note.",), SCOPE)


@pytest.mark.parametrize(
    ("content", "code", "outcome"),
    [
        (report(FINE, FINE), 0, f"Outcome: passed (exit code 0), {SCOPE}: all 2 figures."),
        (report(FINE, OPEN), 5, f"Outcome: inconclusive (exit code 5), {SCOPE}: Caser HR@50 inconclusive. {MORE}"),
        (report(FINE, OPEN, BAD), 6, f"Outcome: failed (exit code 6), {SCOPE}: GRU HR@50 falls short."),
        (report(BAD, missing=("fpmc d1", "x")), 3, f"Outcome: cells are missing (exit code 3), {SCOPE}: fpmc d1; x."),
        (report(missing=("x",)), 3, f"Outcome: cells are missing (exit code 3), {SCOPE}: x."),
    ],
)
def test_every_format_says_the_outcome_and_the_code(content: Report, code: int, outcome: str) -> None:
    assert (content.code, content.outcome) == (code, outcome)
    assert written(content, "text").splitlines()[-1] == outcome
    fields = json.loads(written(content, "json"))
    assert (fields["exit_code"], fields["outcome"]) == (code, outcome)
    assert written(content, "github").splitlines()[-1].endswith(f"title=seqrec-bench check::{outcome}")
    for form in ("text", "json", "github"):
        assert written(content, form).endswith("\n")


def test_the_text_is_a_table_and_notes() -> None:
    assert written(report(FINE, OPEN), "text") == (
        "| HR@50 | reported |  found | difference |             bounds | seeds |      verdict | remark |\n"
        "|:------|---------:|-------:|-----------:|-------------------:|------:|-------------:|-------:|\n"
        "| FPMC  |   0.5000 | 0.5100 |    +0.0100 | +0.0000 .. +0.0200 |     5 |   reproduced |        |\n"
        "| Caser |   0.5000 | 0.4800 |    -0.0200 | +0.0000 .. +0.0200 |     5 | inconclusive |     so |\n"
        f"\n- A note.\n\nOutcome: inconclusive (exit code 5), {SCOPE}: Caser HR@50 inconclusive. {MORE}\n"
    )
    assert "remark" not in written(report(FINE), "text")


def test_json_has_numbers_that_do_not_depend_on_the_last_bits() -> None:
    shaken = replace(FINE, found=FINE.found + 1e-12, bounds=(-1e-17, 0.02 - 1e-12))
    assert written(report(shaken), "json") == written(report(FINE), "json")
    (judgement,) = json.loads(written(report(FINE), "json"))["judgements"]
    assert judgement == {
        "subject": "FPMC", "metric": "HR@50", "before": 0.5, "found": 0.51, "difference": 0.01, "lower_bound": 0.0,
        "upper_bound": 0.02, "margin": 0.02, "n_seeds": 5, "verdict": "reproduced", "exit_code": 0, "remark": "",
    }  # fmt: skip


def test_github_gets_an_annotation_for_whatever_is_not_as_demanded() -> None:
    lines = written(report(FINE, DECLINE, OPEN, BAD), "github").splitlines()
    assert [line.split("::")[1].split(" ")[0] for line in lines] == ["notice", "warning", "error", "error"]
    assert lines[1] == (
        "::warning title=Caser HR@50 inconclusive::0.4800 against 0.5000 (reported), difference -0.0200, bounds "
        "+0.0000 .. +0.0200, margin 0.02, 5 seeds. so"
    )
    assert written(report(FINE), "github").startswith("::notice title=seqrec-bench check::Outcome: passed")
    missing = written(report(missing=("a of seed 1, 2",)), "github")
    assert missing.startswith("::error title=Missing%3A a of seed 1%2C 2::")


@pytest.mark.parametrize("content", [report(OPEN), report(BAD), report(missing=("a",))], ids=["5", "6", "3"])
def test_a_job_that_fails_has_an_error_that_says_why(content: Report) -> None:
    assert (
        check_document(content)
        .written("github")
        .splitlines()[-1]
        .startswith("::error title=seqrec-bench check::Outcome: ")
    )


def test_warnings_are_annotations_and_notes_in_the_other_formats() -> None:
    warned = replace(report(FINE), warnings=("Not judged: b.",))
    assert written(warned, "github").splitlines()[0] == "::warning title=seqrec-bench check::Not judged: b."
    assert "- Not judged: b.\n" in written(warned, "text")
    assert json.loads(written(warned, "json"))["notes"] == ["A note.", "Not judged: b."]


@pytest.mark.parametrize(("n_seeds", "advised"), [(3, "0-4"), (4, "0-4"), (5, "0-9"), (10, "0-14")])
def test_more_seeds_are_advised_than_there_were(n_seeds: int, advised: str) -> None:
    assert report(replace(OPEN, n_seeds=n_seeds)).outcome.endswith(f"run --seeds {advised}.")


def test_no_name_in_the_data_can_end_an_annotation_or_begin_one() -> None:
    evil = replace(BAD, subject="x::y,z:\r\n::error::100%")
    lines = written(report(evil), "github").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error title=x%3A%3Ay%2Cz%3A %3A%3Aerror%3A%3A100%25 HR@50 falls short::")
    assert re.fullmatch(r"::error title=[^:,]*::[^\r\n]*\n", workflow_command("error", "a:b,c\n", "m\r\n::error::"))
    assert len(written(report(evil), "text").splitlines()) == len(written(report(BAD), "text").splitlines())
