"""A paper's claims, each of a known kind and about what the paper has."""

from collections.abc import Callable

import pytest

from seqrec_bench.studies.claim import Ablation, Convergence, Order, Peak, RelativeRise, Trend
from seqrec_bench.studies.loading import STUDIES
from seqrec_bench.studies.study import Study
from seqrec_bench.studies.view import View

CHEN2020 = (STUDIES / "chen2020.toml").read_text(encoding="utf-8")
HR, MRR, NDCG = "HR@50", "MRR@50", "NDCG@50"


def test_the_built_in_paper_claims_seven_things(view: View) -> None:
    assert {claim.id: claim.test for claim in view.claims} == {
        "C1": Order(("gru4rec", "fpmc", "caser", "am-lstm"), (HR, MRR, NDCG), NDCG),
        "C2": RelativeRise("am-lstm", "gru4rec", {HR: 0.1398, MRR: 0.2138, NDCG: 0.1702}),
        "C3": Trend("am-lstm", HR),
        "C4": Peak(HR, 100, ("fpmc", "caser"), (), rises=True, falls=True),
        "C5": Peak(MRR, 75, ("am-lstm", "caser"), ("gru4rec",), rises=False, falls=False),
        "C6": Ablation("am-lstm", ("no-attention", "no-memory"), NDCG),
        "C7": Convergence("am-lstm", "random-start", 0.95, (0.9, 0.99)),
    }
    assert all(claim.text.endswith(".") for claim in view.claims)


def test_the_built_in_paper_says_what_is_stated_and_what_is_not(view: View) -> None:
    notes = view.protocol_notes
    assert any("no candidates" in sentence for sentence in notes.inferred)
    assert any("d999c47, before the five-seed runs" in sentence for sentence in notes.disclosed)
    assert len(notes.stated) > 0


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[protocol_notes]", "[protocol_notes]\nguessed = []", "it has the unknown key protocol_notes.guessed"),
        ("stated = [", "stated = [1,", "protocol_notes.stated[0] is 1: not a text"),
        ("stated = [", 'stated = ["",', "protocol_notes.stated[0] is '': it is empty"),
        ("[[claims]]", "[claims]\n[[claims.list]]", "Cannot "),
        ('id = "C2"', 'id = "C1"', "claims has 'C1' twice"),
        ('id = "C2"', 'id = ""', "claims[1].id is '': it is empty"),
        ('id = "C2"\n', "", "it lacks the key claims[1].id"),
        ('text = "Attention and', 'words = "Attention and', "it lacks the key claims[5].text"),
        ('text = "Attention and', 'words = "Attention and', "it has the unknown key claims[5].words"),
        ('text = "Attention and memory improve the result."', "text = 1", "claims[5].text is 1: not a text"),
        (
            'kind = "order"',
            'kind = "rank"',
            "claims[0].kind is 'rank', which is none of order, relative-rise, trend",
        ),
        ('kind = "order"\n', "", "claims[0].kind is None"),
        ('kind = "order"', "kind = [1]", "claims[0].kind is [1]"),
        ('kind = "order"', 'kind = "order"\nat = 1', "it has the unknown key claims[0].at"),
        (
            'models = ["gru4rec", "fpmc"',
            'models = ["sasrec", "fpmc"',
            "claims[0].models has 'sasrec', which is none of",
        ),
        ('models = ["gru4rec", "fpmc"', 'models = [1, "fpmc"', "claims[0].models[0] is 1: not a text"),
        ('models = ["gru4rec", "fpmc"', 'models = ["fpmc", "fpmc"', "it has 'fpmc' twice"),
        (
            'models = ["gru4rec", "fpmc", "caser", "am-lstm"]\nmetrics',
            'models = ["fpmc"]\nmetrics',
            "claims[0].models is ['fpmc']: an order takes two models or more",
        ),
        ('"NDCG@50"]\nprimary', '"MAP@50"]\nprimary', "claims[0].metrics has 'MAP@50', which is none of metrics"),
        ('"NDCG@50"]\nprimary', '"MAP"]\nprimary', "claims[0].metrics[2] is 'MAP': there is no metric 'MAP'"),
        ('"NDCG@50"]\nprimary', '"MRR@50"]\nprimary', "it has 'MRR@50' twice"),
        ('"MRR@50", "NDCG@50"]\nprimary', '"MRR@50"]\nprimary', "claims[0].primary is none of its metrics"),
        ('over = "gru4rec"', 'over = "am-lstm"', "claims[1] has 'am-lstm' twice"),
        ('over = "gru4rec"', 'above = "gru4rec"', "it has the unknown key claims[1].above"),
        ('claimed = { "HR@50"', 'claimed = { "MAP@50"', "claims[1].claimed has 'MAP@50', which is none of metrics"),
        (
            '"HR@50" = 0.1398',
            '"HR@50" = 13.98',
            'claims[1].claimed."HR@50" is 13.98: not a number above 0 and below 10',
        ),
        ('"HR@50" = 0.1398', '"HR@50" = nan', 'claims[1].claimed."HR@50" is nan: not a number above 0 and below 10'),
        (
            'claimed = { "HR@50" = 0.1398, "MRR@50" = 0.2138, "NDCG@50" = 0.1702 }',
            "claimed = {}",
            "claims[1].claimed is {}: it is empty",
        ),
        (
            '"MRR@50" = 0.0753',
            '"MRR@50" = 0.0',
            "claims[1].claimed: no data set has reported figures of MRR@50 above 0 of am-lstm and gru4rec",
        ),
        (
            '"MRR@50" = 0.0753, ',
            "",
            "claims[1].claimed: no data set has reported figures of MRR@50 above 0 of am-lstm and gru4rec",
        ),
        ('kind = "trend"', 'kind = "trend"\nsign = 1', "it has the unknown key claims[2].sign"),
        ("at = 100", "at = 110", "claims[3].at is 110, which is none of figures.dimensions"),
        ("at = 100", "at = 1.5", "claims[3].at is 1.5: not a whole number from 0 to 65536"),
        ("at = 100", "at = 25", "claims[3].rises: 25 is the first of figures.dimensions"),
        ("at = 100", "at = 150", "claims[3].falls: 150 is the last of figures.dimensions"),
        ('highest = ["fpmc", "caser"]\n', "", "claims[3] has neither highest nor lowest"),
        ('highest = ["fpmc", "caser"]', 'lowest = ["fpmc"]', "claims[3] has rises or falls, but no highest"),
        ('lowest = ["gru4rec"]', 'lowest = ["caser"]', "claims[4].highest and lowest has 'caser' twice"),
        ("rises = true", "rises = 1", "claims[3].rises is 1: neither true nor false"),
        ('variants = ["no-attention", "no-memory"]', 'variants = ["tuned"]', "claims[5].variants has 'tuned', which"),
        ('variants = ["no-attention", "no-memory"]', "variants = []", "claims[5].variants is []: it is empty"),
        ('"no-attention", "no-memory"]', '"no-memory", "no-memory"]', "it has 'no-memory' twice"),
        ('than = "random-start"', 'than = "cold"', "claims[6].than has 'cold', which is none of the ablations of"),
        ("share = 0.95", "share = 1.0", "claims[6].share is 1.0: not a number between 0 and 1"),
        ("[0.9, 0.99]", "[0.9, 0.95]", "claims[6].shown_shares has 0.95 twice"),
        ("[0.9, 0.99]", "[0.9, 0.9]", "it has 0.9 twice"),
        ("[0.9, 0.99]", '["0.9"]', "claims[6].shown_shares[0] is '0.9': not a number between 0 and 1"),
        ("[25, 50, 75, 100, 125, 150]", "[100]", "claims[2] needs two or more figures.dimensions"),
        ('"NDCG@50" = 0.01\n', "", 'it lacks the key margins."NDCG@50", though figures are reported'),
    ],
)
def test_what_is_not_exactly_a_claim_is_refused(
    faults_with: Callable[[str, str], list[str]], old: str, new: str, complaint: str
) -> None:
    assert complaint in "; ".join(faults_with(old, new))


def test_all_faults_of_claims_are_named_at_once(faults_of: Callable[[str], list[str]]) -> None:
    head = CHEN2020.partition("[[claims]]")[0]
    assert faults_of(f'{head}[[claims]]\nkind = "trend"\n[[claims]]\nid = 1\nkind = "rank"\n') == [
        "it lacks the key claims[0].id",
        "it lacks the key claims[0].text",
        "it lacks the key claims[0].model",
        "it lacks the key claims[0].metric",
        "claims[1].kind is 'rank', which is none of order, relative-rise, trend, peak, ablation, convergence",
    ]


def test_claims_need_margins_of_all_metrics(faults_of: Callable[[str], list[str]]) -> None:
    text = """
    metrics = ["HR@10", "MRR"]
    [[rows]]
    model = "fpmc"
    [[rows]]
    model = "caser"
    [[claims]]
    id = "A"
    text = "Caser is better."
    kind = "order"
    models = ["fpmc", "caser"]
    metrics = ["HR@10"]
    primary = "HR@10"
    """
    assert faults_of(text) == [
        'it lacks the key margins."HR@10", though there are claims',
        "it lacks the key margins.MRR, though there are claims",
    ]


def test_a_paper_need_not_claim_anything(study_of: Callable[[str], Study]) -> None:
    assert study_of(CHEN2020.partition("[[claims]]")[0]).view().claims == ()
