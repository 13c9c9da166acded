"""Text from data, files and plug-ins, made fit to be shown: it has no say over the terminal or over where lines end."""

import difflib
import re
from collections.abc import Iterable, Sequence

MAX_MESSAGE = 500
"""Characters of somebody else's message; what comes after them is left out."""


def is_name(value: object) -> bool:
    """Whether it can be part of a record's path as it stands: letters, digits, dots, dashes and underscores."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", value) is not None


def printable(text: str) -> str:
    r"""The text with every character that can't be seen as its escape, so that none is a command to the terminal.

    The one that begins such commands becomes ``\x1b``, a line feed ``\n``; letters of all scripts stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def one_line(text: str) -> str:
    """The text in one line that can be printed: white space of any kind and length is one space."""
    return printable(" ".join(text.split()))


def listed(words: Sequence[str]) -> str:
    """``a, b and c``; of at least one."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def hint(word: str, possible: Iterable[str]) -> str:
    """A guess at the word that was meant, to be put into a sentence."""
    close = difflib.get_close_matches(word, possible, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def shortened(text: str) -> str:
    """As `one_line`, and no longer than a message may be."""
    line = one_line(text[: 2 * MAX_MESSAGE])
    cut = len(line) > MAX_MESSAGE or len(text) > 2 * MAX_MESSAGE
    return f"{line[:MAX_MESSAGE]} ..." if cut else line
