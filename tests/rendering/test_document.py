import json
import math

import pytest

from seqrec_bench.rendering.blocks import Heading
from seqrec_bench.rendering.document import Document, json_text


def test_it_is_read_back_as_it_was_written() -> None:
    fields = {"a": [1, 0.1, None], "b": "± 95 %"}
    text = json_text(fields)
    assert json.loads(text) == fields
    assert text == '{\n  "a": [\n    1,\n    0.1,\n    null\n  ],\n  "b": "± 95 %"\n}\n'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"a": number})


def test_a_document_is_written_in_every_format_that_it_has() -> None:
    document = Document([Heading("a_b")], {"a": 1}, {"csv": lambda: "a\n1\n"})
    assert document.written("md") == document.written("text") == "### a\\_b\n"
    assert json.loads(document.written("json")) == {"a": 1}
    assert document.written("csv") == "a\n1\n"
