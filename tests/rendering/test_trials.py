import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from seqrec_bench.cli.trials import trials
from seqrec_bench.errors import InputError
from seqrec_bench.records.search_log import SearchLog, Trial
from seqrec_bench.rendering.trials import trials_document

FIRST = Trial(1, {"rate": 0.1, "kind": "a_b"}, 0.25, 7, None, 90, {}, [])
SECOND = Trial(2, {"rate": 0.2, "kind": "a_b"}, 0.31, 4, None, 30, {}, [])
FAILED = Trial(3, {"rate": 0.1, "kind": "c"}, None, None, "no luck", 6, {}, [])

PRINTED = """\
fpmc:

| settings                | validation NDCG@50 | epoch | minutes |
|:------------------------|-------------------:|------:|--------:|
| rate = 0.1, kind = a\\_b |             0.2500 |     7 |     1.5 |
| rate = 0.2              |         **0.3100** |     4 |     0.5 |
| kind = c                |             failed |       |     0.1 |
"""


def test_every_trial_is_a_line_and_the_chosen_one_is_bold() -> None:
    assert trials_document({"fpmc": [FIRST, SECOND, FAILED]}).written("md") == PRINTED


def test_trials_that_were_best_in_their_last_epoch_are_counted() -> None:
    trials = [replace(trial, allowed=7) for trial in (FIRST, SECOND, FAILED)]
    printed = trials_document({"fpmc": trials}).written("md")
    assert printed.startswith(PRINTED)
    assert " ".join(printed[len(PRINTED) :].split()) == (
        "- 1 of 2 trials of fpmc (7 epochs) was best in the last epoch allowed, and may still have been learning: "
        "fpmc.epochs allows more."
    )


def test_json_has_every_trial_and_says_which_is_chosen() -> None:
    (trials,) = json.loads(trials_document({"fpmc": [FIRST, SECOND, FAILED]}).written("json")).values()
    assert [(trial["value"], trial["chosen"]) for trial in trials] == [(0.25, False), (0.31, True), (None, False)]
    assert trials[2]["failure"] == "no luck"


def run(*arguments: str) -> tuple[str, BaseException | None]:
    app = typer.Typer()
    app.command()(trials)
    done = CliRunner().invoke(app, list(arguments))
    return done.stdout, done.exception


def test_the_command_prints_every_log_of_the_directory(tmp_path: Path) -> None:
    for model in ("gru4rec", "fpmc"):
        log = SearchLog(tmp_path / f"{model}.jsonl", {"model": model})
        for trial in (FIRST, SECOND, FAILED):
            log.append(trial)
    printed, error = run(str(tmp_path))
    assert error is None
    assert printed == PRINTED + "\n" + PRINTED.replace("fpmc", "gru4rec")


def test_a_directory_of_searches_is_refused_with_their_names(tmp_path: Path) -> None:
    for name in ("paper", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "fpmc.jsonl").touch()
    _, error = run(str(tmp_path))
    assert f"those in it are {tmp_path / 'mine'}, {tmp_path / 'paper'}." in str(error)


def test_a_directory_without_logs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    _, error = run(str(tmp_path))
    assert isinstance(error, InputError)
    with pytest.raises(InputError, match="has no log of a search"):
        raise error
