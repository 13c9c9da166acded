"""Text in an Arrow column that is to be read as another type, and the first row that is not."""

from typing import Any


def can_cast(text: Any, kind: Any) -> bool:
    """Whether Arrow reads all of the text as that type; missing values are another matter."""
    import pyarrow as pa

    try:
        text.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def first_uncastable(text: Any, kind: Any) -> int:
    """The first position whose text is not of that type, found by halving; there has to be one."""
    start, stop = 0, len(text)
    while stop - start > 1:
        middle = (start + stop) // 2
        if can_cast(text[start:middle], kind):
            start = middle
        else:
            stop = middle
    return start


def without_blanks(text: Any) -> Any:
    """The text without white space around it; what is empty then is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
