import json

from seqrec_bench.errors import ExitCode
from seqrec_bench.records.check import Check, exit_code
from seqrec_bench.rendering.verification import MOST, checks_document

GOOD = Check("hashes are right", 3, [], ["One is not here."])
MISSING = Check("suites are whole", 1, ["One cell is missing."], ["One is not here."], ExitCode.CELLS_MISSING)
BAD = Check("records can be read", 0, [f"Record {number} is torn." for number in range(MOST + 2)])
UNREAD = Check("all can be read", 0, ["One can't be read."], (), ExitCode.BAD_INPUT)
OTHER = Check("ranks are the same", 0, ["One differs."], (), ExitCode.FALLS_SHORT)


def test_the_text_has_a_line_for_each_check_and_its_faults_and_each_note_once() -> None:
    text = checks_document([GOOD, MISSING], "4 records in runs").written("text")
    table, notes = text.split("\n\n")
    assert table.splitlines()[2:] == ["| hashes are right |      3 |     0 |", "| suites are whole |      1 |     1 |"]
    assert notes.splitlines() == [
        "- Wrong: One cell is missing.",
        "- One is not here.",
        "- Checked: 4 records in runs.",
        "- Exit code 3: cells missing.",
    ]


def test_the_text_names_some_faults_and_json_all() -> None:
    text = checks_document([BAD], "runs").written("text")
    assert text.count("is torn.") == MOST
    assert "- Wrong: 2 more of these (records can be read): `--format json` has them all." in text
    assert len(json.loads(checks_document([BAD], "runs").written("json"))["checks"][0]["faults"]) == MOST + 2


def test_the_exit_code_is_that_of_the_gravest_fault() -> None:
    assert exit_code([GOOD]) is ExitCode.DONE
    assert exit_code([GOOD, OTHER]) is ExitCode.FALLS_SHORT
    assert exit_code([MISSING, UNREAD]) is ExitCode.BAD_INPUT
    assert exit_code([OTHER, MISSING, UNREAD]) is ExitCode.FALLS_SHORT
    assert exit_code([OTHER, MISSING, BAD]) is ExitCode.INVALID_RECORDS
    assert json.loads(checks_document([GOOD, OTHER], "runs").written("json"))["exit_code"] == 6
