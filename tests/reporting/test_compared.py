from collections.abc import Callable

from seqrec_bench.records import Record
from seqrec_bench.reporting.compared import compared
from seqrec_bench.reporting.table import table_one
from seqrec_bench.studies.view import View


def test_compared_models_are_the_rows_of_the_table_that_have_records(
    all_records: list[Record], view: View, make_record: Callable[..., Record]
) -> None:
    records = [record for record in all_records if record.key.model != "caser"]
    records += [make_record("fpmc", 100, seed, variant="tuned") for seed in range(2)]
    found = compared(records, view)
    rows = [row for row in table_one(records, view).rows if row.n_seeds]
    assert [(model.label, model.place.model, len(model.records)) for model in found] == [
        (row.label, row.model, row.n_seeds) for row in rows
    ]
    assert [model.label for model in found if not model.is_published] == ["FPMC, tuned"]
