"""Texts from data, which may hold anything, as terminals, figures and JSON can show them."""

import json

UNPRINTABLE = "�"


def printable(text: str) -> str:
    """The text in one line; what would move a cursor, change colours or turn the direction becomes a mark."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else UNPRINTABLE for character in text
    )


def escaped(json_source: str) -> str:
    """JSON with every letter as it is, but control characters as escapes, also those that JSON would let through."""
    return "".join(
        character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
        for character in json_source
    )
