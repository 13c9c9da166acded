"""A paper's claims, each of a known kind and about what the paper has."""

from pathlib import Path

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.studies.claim import Ablation, Convergence, Order, Peak, RelativeRise, Trend
from seqrec_bench.studies.loading import STUDIES, load_study
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
        ("[protocol_notes]", "[protocol_notes]\nguessed = []", r"unknown key protocol_notes\.guessed"),
        ("stated = [", "stated = [1,", r"protocol_notes\.stated must be sentences"),
        ("stated = [", 'stated = ["",', r"protocol_notes\.stated must be sentences"),
        ("[[claims]]", "[claims]\n[[claims.list]]", r"claims is \{.*\}, which is not of type list|Cannot"),
        ('id = "C2"', 'id = "C1"', "claims has two of one id"),
        ('id = "C2"', 'id = ""', r"claims\[1\]\.id is empty"),
        ('id = "C2"\n', "", r"it lacks the key claims\[1\]\.id"),
        (
            'kind = "order"',
            'kind = "rank"',
            r"claims\[0\]\.kind is 'rank', which is none of order, relative-rise, trend",
        ),
        ('kind = "order"\n', "", r"claims\[0\]\.kind is None"),
        ('kind = "order"', "kind = [1]", r"claims\[0\]\.kind is \[1\]"),
        ('kind = "order"', 'kind = "order"\nat = 1', r"unknown key claims\[0\]\.at"),
        (
            'models = ["gru4rec", ',
            'models = ["sasrec", ',
            r"claims\[0\]\.models has 'sasrec', which is none of the rows'",
        ),
        ('models = ["gru4rec", ', "models = [1, ", r"claims\[0\]\.models has 1, which is none of"),
        ('models = ["gru4rec", ', 'models = ["fpmc", ', r"claims\[0\]\.models has one model twice"),
        ('models = ["gru4rec", "fpmc", "caser", "am-lstm"]', 'models = ["fpmc"]', r"claims\[0\]\.models are not two"),
        ('"NDCG"]\nprimary', '"MAP"]\nprimary', r"claims\[0\]\.metrics has 'MAP', which is none of HR, MRR, NDCG"),
        ('"NDCG"]\nprimary', '"MRR"]\nprimary', r"claims\[0\]\.metrics has one metric twice"),
        ('"MRR", "NDCG"]\nprimary', '"MRR"]\nprimary', r"claims\[0\]\.primary is none of its metrics"),
        ('over = "gru4rec"', 'over = "am-lstm"', r"claims\[1\] has one model twice"),
        ('over = "gru4rec"', 'above = "gru4rec"', r"unknown key claims\[1\]\.above"),
        ("claimed = { HR", "claimed = { MAP", r"unknown key claims\[1\]\.claimed\.MAP"),
        ("HR = 0.1398", "HR = 13.98", r"claims\[1\]\.claimed\.HR is 13\.98, not a share above 0"),
        ("claimed = { HR = 0.1398, MRR = 0.2138, NDCG = 0.1702 }", "claimed = {}", r"claims\[1\]\.claimed is empty"),
        ("MRR = 0.0753", "MRR = 0.0", r"claims\[1\]\.claimed\.MRR: gru4rec has a reported figure of 0"),
        ('kind = "trend"', 'kind = "trend"\nsign = 1', r"unknown key claims\[2\]\.sign"),
        ("at = 100", "at = 110", r"claims\[3\]\.at is 110, which is none of figures\.dimensions"),
        ("at = 100", "at = 25", r"claims\[3\]\.rises: 25 is the first of figures\.dimensions"),
        ("at = 100", "at = 150", r"claims\[3\]\.falls: 150 is the last of figures\.dimensions"),
        ('highest = ["fpmc", "caser"]\n', "", r"claims\[3\] has neither highest nor lowest"),
        ('highest = ["fpmc", "caser"]', 'lowest = ["fpmc"]', r"claims\[3\] has rises or falls, but no highest"),
        ('lowest = ["gru4rec"]', 'lowest = ["caser"]', r"claims\[4\]\.highest and lowest has one model twice"),
        ("rises = true", "rises = 1", r"claims\[3\]\.rises is 1, which is not of type bool"),
        (
            'variants = ["no-attention", "no-memory"]',
            'variants = ["tuned"]',
            r"claims\[5\]\.variants has 'tuned', which",
        ),
        ('variants = ["no-attention", "no-memory"]', "variants = []", r"claims\[5\]\.variants is empty"),
        ('"no-attention", "no-memory"]', '"no-memory", "no-memory"]', r"claims\[5\]\.variants has one twice"),
        ('than = "random-start"', 'than = "cold"', r"claims\[6\]\.than has 'cold', which is none of the ablations of"),
        ("share = 0.95", "share = 1.0", r"claims\[6\]: shares must be different numbers between 0 and 1"),
        ("[0.9, 0.99]", "[0.9, 0.95]", r"claims\[6\]: shares must be different numbers"),
        ("[0.9, 0.99]", '["0.9"]', r"claims\[6\]: shares must be different numbers"),
        ("[25, 50, 75, 100, 125, 150]", "[100]", r"claims\[2\] needs two or more figures\.dimensions"),
    ],
)
def test_what_is_not_exactly_a_claim_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    file = tmp_path / "mine.toml"
    assert old in CHEN2020
    file.write_text(CHEN2020.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        load_study(file).view()


def test_a_paper_need_not_claim_anything(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(CHEN2020.partition("[[claims]]")[0], encoding="utf-8")
    assert load_study(file).view().claims == ()
