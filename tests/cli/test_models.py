import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.registry import registered


def test_every_registered_model_is_listed_with_what_it_is() -> None:
    lines = CliRunner().invoke(app, ["models"]).output.splitlines()
    assert [line.split("\t")[0] for line in lines[1 : len(registered()) + 1]] == list(registered())
    assert (
        "caser\tConvolutions over the latest items, beside a user vector (Tang & Wang 2018).\tseqrec-bench"
        in "\n".join(lines)
    )


def test_one_is_shown_with_its_settings_and_parameters() -> None:
    shown = CliRunner().invoke(app, ["models", "fpmc", "--dimension", "10"]).output
    assert "(Rendle, Freudenthaler & Schmidt-Thieme 2010)" in shown
    assert f"parameters on ml-100k at dimension 10\t{10 * 943 + 30 * 1683:,}\n" in shown  # a row for the padding too
    assert "regularisation\t0.01\tWeight of the L2 penalty" in shown


def test_json_has_all_of_it() -> None:
    found = json.loads(CliRunner().invoke(app, ["models", "item-knn", "--format", "json"]).output)
    assert (found["name"], found["parameters"], found["has_dimension"]) == ("item-knn", 0, False)
    assert {"name": "history_length", "default": None}.items() <= found["settings"][-1].items()
    listed = json.loads(CliRunner().invoke(app, ["models", "--format", "json"]).output)
    assert [model["name"] for model in listed] == list(registered())


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_a_broken_one_is_named_and_the_others_are_listed(
    install_plugin: Callable[..., Path], options: list[str]
) -> None:
    install_plugin("thirds", "crooked", "raise OSError('no such luck')")
    done = CliRunner().invoke(app, ["models", *options])
    assert done.exit_code == ExitCode.BAD_INPUT
    if options:
        listed = [model["name"] for model in json.loads(done.stdout)]
    else:
        listed = [line.split("\t")[0] for line in done.stdout.splitlines()[1:]]
    assert listed == [name for name in registered() if name != "crooked"]
    (fault,) = [line for line in done.stderr.splitlines() if line.startswith("Broken: ")]
    assert "'crooked' of the distribution thirds" in fault and "no such luck" in fault


def test_an_unknown_one_and_an_unknown_data_set_are_refused() -> None:
    for arguments, named in ((["fpmcc"], "fpmc"), (["fpmc", "--dataset", "ml-1"], "ml-1m")):
        done = CliRunner().invoke(app, ["models", *arguments])
        assert isinstance(done.exception, InputError)
        assert named in str(done.exception)
