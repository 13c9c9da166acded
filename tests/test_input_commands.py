"""Hard input on the command line: what input_commands.toml has, and docs/input.md shows, is what the commands do."""

import shlex
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from seqrec_bench.cli.main import main
from seqrec_bench.studies.loading import STUDIES

ROOT = Path(__file__).parents[1]
READERS = ("table", "plot", "ablations", "audit", "claims", "check", "compare am-lstm fpmc")
PLACEHOLDERS = {"{digits}": "9" * 5000, "{long}": "x" * 300}
NOTICES = ("Reading ", "To run: ", "item-knn: ")
"""What a command may say of what it does before it finds the fault."""


@dataclass(frozen=True)
class Case:
    given: str
    """What is hard about it, in words."""
    calls: list[str]
    says: str
    """What stands in what each of the calls prints."""
    code: int

    def row(self) -> str:
        commands = ", ".join(dict.fromkeys(shlex.split(call)[0] for call in self.commands()))
        outcome = "accepted" if self.code == 0 else "refused"
        says = self.says.replace("\t", " ").replace("|", "\\|")
        return f"| {self.given} | {commands} | {outcome} | {self.code} | `{says}` |"

    def commands(self) -> list[str]:
        found = []
        for call in self.calls:
            whole = call.replace("RUN ", "run --interactions shop.csv ", 1)
            found += [whole.replace("READ", reader, 1) for reader in READERS] if "READ " in call else [whole]
        return found


CASES = [Case(**case) for case in tomllib.loads(Path(__file__).with_name("input_commands.toml").read_text())["case"]]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the calls name."""
    folder = tmp_path_factory.mktemp("inputs")
    rows = [f"u{user},i{(user + time) % 9},{time}" for user in range(12) for time in range(5)]
    texts = {
        "file": "x",
        **dict.fromkeys(("shop.csv", "CON.csv", ".hidden.csv"), "user_id,item_id,timestamp\n" + "\n".join(rows) + "\n"),
        "escape.csv": "user_id,item_id,timestamp\n" + "\n".join([*rows, "u1,\x1b[2J,9"]) + "\n",
        **_negatives(),
        **_studies(),
        **_searches(),
        **_logs(),
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for name in ("folder", "folder.toml", "good", "other"):
        (folder / name).mkdir()
    (folder / "binary.toml").write_bytes(b"\xff\xfe\x00")
    return folder


def _studies() -> dict[str, str]:
    row = '[[rows]]\nmodel = "fpmc"\n'
    text = (STUDIES / "chen2020.toml").read_text()
    return {
        "cut.toml": text[:500],
        "empty.toml": "",
        "nested.toml": f"a = {'[' * 50_000}",
        "immense.toml": text.replace("dimension = 100", f"dimension = {10**30}", 1),
        "users.toml": text.replace("ml-100k = 943", "ml-100k = 0"),
        "escape.toml": text.replace('label = "GRU4Rec"', 'label = "\\u001b[2J"'),
        "model.toml": '[[rows]]\nmodel = "nope"\n',
        "dataset.toml": f'datasets = ["nope"]\n{row}',
        "protocol.toml": f'protocol = "nope"\n{row}',
        "metric.toml": f'metrics = ["nope"]\n{row}',
        "settings.toml": f'{row}variant = "short"\nsettings.epoch = 1\n',
        "two.toml": f"colour = 1\n{row}{row}",
        "mine.toml": row,
        "several.toml": f'datasets = [{{ name = "own", interactions = "nowhere.csv" }}, "ml-100k"]\n{row}',
    }


def _negatives() -> dict[str, str]:
    """For each of the users of shop.csv two items that they have not had."""
    lines = [f"u{user} i{(user + 5) % 9} i{(user + 6) % 9}" for user in range(12)]
    return {
        "negatives.txt": "\n".join(lines),
        "few.txt": lines[0],
        "bare.txt": "u0",
        "nobody.txt": "\n".join([*lines, "nobody i1"]),
        "nothing.txt": "\n".join([*lines[1:], "u0 \x1b[2J"]),
        "target.txt": "\n".join([*lines[1:], "u0 i4"]),
    }


def _searches() -> dict[str, str]:
    text = "dimension = 4\nseed = 0\ntrials = 2\n[spaces.item-knn]\nshrink = [10.0, 1.0]\n"
    return {
        "own.toml": text,
        "dimension.toml": text.replace("dimension = 4", "dimension = 0"),
        "seed.toml": text.replace("seed = 0", "seed = 4294967296"),
        "value.toml": text.replace("item-knn", "fpmc").replace("shrink = [10.0, 1.0]", "learning_rate = ['fast']"),
    }


def _logs() -> dict[str, str]:
    log = next((ROOT / "results" / "search" / "paper").glob("fpmc.jsonl")).read_text().splitlines()[0]
    texts = {
        "junk": "{",
        "nested": "[" * 50_000,
        "twice": log.removesuffix("}") + ', "NDCG@50": 0.9}',
        "beyond": log.replace('"NDCG@50": ', '"NDCG@50": 1', 1),
        "seconds": log.replace('"seconds": ', '"seconds": "", "s": ', 1),
    }
    return {f"logs/{name}/fpmc.jsonl": f"{text}\n" for name, text in texts.items()}


@pytest.fixture
def call(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, str, str]]:
    """Makes a call of the command, in the folder with the inputs; cells are planned, and none is run."""
    monkeypatch.chdir(inputs)
    monkeypatch.setattr("seqrec_bench.cli.run._open_store", lambda store: None)
    monkeypatch.setattr("seqrec_bench.cli.run.execute_by_protocol", lambda *arguments: None)
    monkeypatch.setattr("seqrec_bench.experiments.dask_client.CONNECT_SECONDS", 0.05)

    def make(command: str) -> tuple[int, str, str]:
        for placeholder, text in PLACEHOLDERS.items():
            command = command.replace(placeholder, text)
        monkeypatch.setattr("sys.argv", ["seqrec-bench", *shlex.split(command)])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return int(end.value.code), printed.out, printed.err

    return make


def _contents(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.given)
def test_it_is_read_right_or_refused_in_one_sentence_with_nothing_written(
    call: Callable[[str], tuple[int, str, str]], inputs: Path, case: Case
) -> None:
    before = _contents(inputs)
    for command in case.commands():
        code, out, err = call(command)
        assert code == case.code, (command, err)
        assert case.says in out + err, (command, err)
        assert "\x1b" not in out + err
        if case.code:
            lines = [line for line in err.splitlines() if not line.startswith(NOTICES)]
            assert len(lines) == 1 and lines[0].startswith("Error: ") and out == "", (command, out, err)
    assert _contents(inputs) == before


@pytest.mark.parametrize("case", [case for case in CASES if case.code], ids=lambda case: case.given)
def test_debug_shows_where(call: Callable[[str], tuple[int, str, str]], case: Case) -> None:
    code, _, err = call(f"--debug {case.commands()[0]}")  # without it there is one line, as above
    assert code == case.code
    assert "Traceback (most recent call last):" in err and "Error: " in err.splitlines()[-1]


def test_the_docs_have_these_cases() -> None:
    table = (ROOT / "docs" / "input.md").read_text().split("<!-- commands:begin -->\n")[1]
    rows = table.split("\n<!-- commands:end -->")[0].splitlines()
    assert rows[2:] == [case.row() for case in CASES]
