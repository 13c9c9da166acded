"""Text in an Arrow column that is to be read as another type, and the first row that is not."""

from typing import Any


def can_cast(text: Any, kind: Any) -> bool:
    """Whether all of the text can be read as that type; missing values are another matter."""
    import pyarrow as pa

    try:
        cast(text, kind)
    except pa.ArrowInvalid:
        return False
    return True


def cast(text: Any, kind: Any) -> Any:
    """The text as that type; raises ``pyarrow.ArrowInvalid`` for text that is none, or is beyond its range.

    Arrow before 23 does not for nanoseconds: a date in the year 2500 becomes one before 1970.
    """
    import pyarrow as pa

    values = text.cast(kind)
    if pa.types.is_timestamp(kind) and kind.unit == "ns" and not same_seconds(values, text):
        raise pa.ArrowInvalid("beyond the range of nanoseconds in 64 bits")
    return values


def same_seconds(nanoseconds: Any, text: Any) -> bool:
    """Whether timestamps are in the very seconds that the text says, rounded down; missing ones are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pc.replace_substring_regex(text, r"\.[0-9]+", "").cast(pa.timestamp("s", nanoseconds.type.tz))
    found, expected = (column.cast(pa.int64()).fill_null(0).to_numpy() for column in (nanoseconds, whole))
    return bool((found // 10**9 == expected).all())


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
