import pytest

from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"layout": "sequence"}, "There is no layout sequence: choose from rows, pairs, sequences"),
        ({"separator": "\t"}, r"There is no separator '\\t': choose from tab, space, '::', ',', ';' and '\|'"),
        ({"layout": "json", "separator": ","}, "A file of JSON has no separator"),
        ({"layout": "sequences", "drop_negative_rows": "label"}, "With --layout sequences, no column tells negatives"),
        ({"layout": "lists", "drop_negative_rows": "label"}, "With --layout lists, no column tells negatives"),
    ],
)
def test_what_is_no_form_is_refused(options: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Form(**options)  # type: ignore[arg-type]
