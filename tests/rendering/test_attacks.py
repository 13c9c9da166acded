import json

from seqrec_bench.evaluation.attacks import SUITE, AttackResult, AttackVerdict
from seqrec_bench.rendering.attacks import attacks_document

FINDINGS = [
    AttackResult("ties are ties", "tied = c", "so for 3 targets", AttackVerdict.PASSED),
    AttackResult("nan is refused", "ScoreError", "KeyError: 'a|b'", AttackVerdict.FAILED),
    AttackResult("items mean nothing", "the same scores", "it is trained", AttackVerdict.NOT_APPLICABLE),
]


def test_the_table_has_a_line_for_each_attack_and_counts_those_that_apply() -> None:
    assert attacks_document(FINDINGS, "the evaluator, on toy_1").written("md").splitlines() == [
        "| attack             | expected        | found            | verdict        |",
        "|:-------------------|:----------------|:-----------------|:---------------|",
        "| ties are ties      | tied = c        | so for 3 targets | passed         |",
        "| nan is refused     | ScoreError      | KeyError: 'a\\|b' | failed         |",
        "| items mean nothing | the same scores | it is trained    | not applicable |",
        "",
        f"- Attacked: the evaluator, on toy\\_1; version {SUITE} of the suite.",
        "- Passed: 1 of 2.",
    ]


def test_json_has_the_same_as_it_is() -> None:
    content = json.loads(attacks_document(FINDINGS, "the evaluator, on toy_1").written("json"))
    assert (content["subject"], content["suite"]) == ("the evaluator, on toy_1", SUITE)
    assert [
        AttackResult(**{**attack, "verdict": AttackVerdict(attack["verdict"])}) for attack in content["attacks"]
    ] == FINDINGS
