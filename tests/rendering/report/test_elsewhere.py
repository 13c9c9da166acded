"""What the page says of other candidates, of other metrics, and of the model that others are compared with."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.claims.ledger import claims_ledger
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.records import Record
from seqrec_bench.rendering.blocks import Notes, Paragraph, Section
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.studies.view import View

Find = Callable[[Sources, str], Section]
SEEN = "loo-full-seen-v1"
REFUTED = f"C1 and C2 with seen items kept ({SEEN})"
SEEDS = range(3)


def text(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


@pytest.fixture
def with_seen(sources: Sources, make_record: Callable[..., Record]) -> Sources:
    """Table 1's cells, and records of another protocol, where the paper's models stand the other way round."""
    table = [record for model in sources.models for record in model.records]
    seen = [
        make_record(row.model, 100, seed, protocol=SEEN, better=[25 * place + user % 5 for user in range(40)])
        for place, row in enumerate(sources.view.rows)
        for seed in SEEDS
    ]
    return replace(sources, records=[*table, *seen])


def test_what_other_candidates_refute_is_said_in_the_answer(
    sources: Sources, with_seen: Sources, section_of: Find
) -> None:
    assert f"claims are refuted: {REFUTED}." in text(section_of(with_seen, "answer"))
    assert sources.elsewhere == []


def test_claims_under_another_protocol_are_those_of_its_ledger(with_seen: Sources, section_of: Find) -> None:
    entries = claims_ledger(with_seen.records, replace(with_seen.view, protocol=SEEN)).entries
    (elsewhere,) = with_seen.elsewhere
    assert elsewhere.of(Verdict.REFUTED) == [each.claim.id for each in entries if each.verdict is Verdict.REFUTED]
    assert [entry.claim.id for entry in elsewhere.entries] == [entry.claim.id for entry in entries if not entry.missing]
    (findings,) = (
        block for block in section_of(with_seen, "audit").blocks if isinstance(block, Notes) and block.are_findings
    )
    assert findings.sentences[-1] == (
        f"Claims with seen items kept ({SEEN}): C1 and C2 are refuted here; "
        f"`seqrec-bench claims --protocol {SEEN}` has their parts."
    )
    assert replace(with_seen, view=replace(with_seen.view, protocol=SEEN)).elsewhere == []


def test_a_secondary_metric_that_disagrees_is_named(
    make_record: Callable[..., Record], view: View, section_of: Find
) -> None:
    """One model has every target at place 21; the other has a tenth of them at the top and the rest nowhere."""
    ranks = {"am-lstm": [20] * 40, "fpmc": [0 if user % 10 == 0 else 100 for user in range(40)]}
    records = [make_record(model, 100, seed, better=better) for model, better in ranks.items() for seed in SEEDS]
    assert text(section_of(Sources(records, replace(view, n_users=40), ""), "answer")).endswith(
        "By paired tests on NDCG@50, AM-LSTM is better than FPMC; on MRR@50, it is not separated from FPMC."
    )


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (["gru4rec", "popularity", "am-lstm"], "The base is AM-LSTM, the last row of the paper's table."),
        (
            ["caser", "sasrec", "fpmc"],
            "The base is FPMC, the first of the paper's rows that has records",
        ),
        (["popularity", "sasrec", "markov-chain"], "The base is SASRec, the last of these models whose seed changes"),
        (["markov-chain", "item-knn"], "The base is Item-kNN, the first of these models, since no row"),
    ],
)
def test_the_base_is_chosen_by_a_rule_that_the_section_says(
    sources: Sources, section_of: Find, models: list[str], said: str
) -> None:
    some = replace(sources, records=[each for each in sources.records if each.key.model in models])
    section = section_of(some, "differences")
    assert text(section).startswith(said)
    assert len(some.base.others) == len(models) - 1
    assert str(section.command).startswith(f"seqrec-bench compare {some.base.model.configuration.model}:paper@")


def test_the_base_of_own_data_is_the_one_that_validates_best(make_record: Callable[..., Record], view: View) -> None:
    own = replace(view, dataset="own", rows=(), references=(), ablations=(), claims=())
    worse, better = (make_record(model, 0, better=[rank] * 40, dataset="own") for model, rank in (("a", 9), ("b", 2)))
    misleading = [replace(worse, test=better.test), replace(better, test=worse.test)]
    assert Sources(misleading, own, "").base.model.configuration.model == "b"
