from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.compared import compared
from seqrec_bench.analysis.table import table_one
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.records import Record
from seqrec_bench.studies.view import View


def test_compared_models_are_the_rows_of_the_table_that_have_records(
    all_records: list[Record], view: View, make_record: Callable[..., Record]
) -> None:
    records = [record for record in all_records if record.key.model != "caser"]
    records += [make_record("fpmc", 100, seed, variant="tuned") for seed in range(2)]
    found = compared(records, view)
    rows = [row for row in table_one(records, view).rows if row.n_seeds]
    assert [(model.label, model.configuration.model, len(model.records)) for model in found] == [
        (row.label, row.model, row.n_seeds) for row in rows
    ]
    assert [model.label for model in found if not model.is_published] == ["FPMC, tuned"]


def chosen_by(record: Record, metric: str | None) -> Record:
    return replace(record, recipe=replace(record.recipe, selection=metric))


def test_what_another_metric_chose_is_seen_in_the_label(
    all_records: list[Record], view: View, make_record: Callable[..., Record]
) -> None:
    others = [chosen_by(make_record("fpmc", 100, seed, variant="by-ten"), "NDCG@10") for seed in range(2)]
    assert [model.label for model in compared([*all_records, *others], view)][-1] == "FPMC, by-ten, chosen by NDCG@10"


def test_a_papers_own_rows_are_chosen_by_one_metric(all_records: list[Record], view: View) -> None:
    counted = [chosen_by(record, None) if record.deterministic else record for record in all_records]
    assert compared(counted, view)
    changed = [chosen_by(record, "NDCG@10") if record.key.model == "caser" else record for record in counted]
    with pytest.raises(
        InvalidRecordError, match=r"caser .* chosen by NDCG@10, and not by NDCG@50, .*: record it as another variant"
    ):
        compared(changed, view)
    one = [chosen_by(record, "NDCG@10") if record.key.seed == 1 else record for record in counted]
    with pytest.raises(InvalidRecordError, match="can't be averaged, since the second was made with epochs chosen by"):
        compared(one, view)
