"""An explanation on the terminal; without colours and 80 columns wide where the output goes elsewhere."""

import io
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seqrec_bench.evaluation.explaining.content import Item, ScoredItem, UserExplanation

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

PLAIN_WIDTH = 80
FADED = "dim"
SHADES = ("  ", "░░", "▒▒", "▓▓", "██")
"""For weights from 0 to 1; the first is for what rounds to 0.00."""
_UNIX_TIMES = range(631_152_000, 4_102_444_800)
"""Seconds that are shown as dates, of the years 1990 to 2099, if they are all of that kind."""
_UNITS = (1, 10**3, 10**6, 10**9)
"""Times may also be whole milliseconds, microseconds or nanoseconds."""
UNPRINTABLE = "�"


def printable(text: str) -> str:
    """The text in one line; what would move a cursor, change colours or turn the direction becomes a mark."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else UNPRINTABLE for character in text
    )


def to_text(explanation: UserExplanation) -> str:
    """Plain text, the same wherever it is made."""
    from rich.console import Console

    lines = io.StringIO()
    console = Console(file=lines, width=PLAIN_WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
    print_explanation(explanation, console)
    return "".join(f"{line.rstrip()}\n" for line in lines.getvalue().splitlines())


def print_explanation(explanation: UserExplanation, console: "Console") -> None:
    """Prints the explanation, as wide as the console is."""
    from rich.padding import Padding
    from rich.text import Text

    sections = [(_heading(explanation), None), *_history(explanation), *_attention(explanation, console.width)]
    sections += [*_memory(explanation), *_recommendations(explanation), *_held_out(explanation)]
    for number, (sentence, table) in enumerate(sections):
        console.print(Padding(Text(printable(sentence), style="" if number else "bold"), (min(number, 1), 0, 0, 0)))
        if table is not None:
            console.print(table)


Section = tuple[str, "RenderableType | None"]


def _heading(explanation: UserExplanation) -> str:
    key = explanation.key
    return f"User {explanation.user} of {key.dataset}, by {key} under {key.protocol}"


def _history(explanation: UserExplanation) -> Iterable[Section]:
    first = explanation.recommendations[0].item.name
    weights = explanation.attention[-1] if explanation.attention else None
    table = _table("#", "item", *(["weight"] if weights else []), "for 1st", "for next")
    digits = _digits(explanation)
    for place, past in enumerate(explanation.history):
        shown = [f"{_shade(weights[place])} {weights[place]:.2f}"] if weights else []
        effects = [_number(past.for_first, digits, "+"), _number(past.for_held_out, digits, "+")]
        _add(table, str(place + 1), _named(past.item), *shown, *effects)
    attention = " Weight: the last one's attention." if weights else ""
    yield (
        f"The last {len(explanation.history)} of {explanation.n_history} items{_when(explanation)}.{attention} For "
        f"1st: how much of its lead over the mean candidate {first} loses without the item. For next: the same for the "
        "held-out item.",
        table,
    )


def _when(explanation: UserExplanation) -> str:
    times = [past.time for past in explanation.history]
    whole = all(isinstance(time, int) for time in times)
    unit = next((unit for unit in _UNITS if whole and all(time // unit in _UNIX_TIMES for time in times)), None)
    if unit is None:
        return f", of times {times[0]:g} to {times[-1]:g}"
    first, last = (datetime.fromtimestamp(time // unit, UTC).date().isoformat() for time in (times[0], times[-1]))
    n_tied = len(times) - len(set(times))
    tied = f"; {n_tied} at the time of the one before" if n_tied else ""
    return f", of {first}{tied}" if first == last else f", of {first} to {last}{tied}"


def _attention(explanation: UserExplanation, width: int) -> Iterable[Section]:
    if explanation.attention is None:
        return
    numbers = range(1, len(explanation.history) + 1)
    table = _table("#", "item", *map(str, numbers))
    for number, (past, row) in enumerate(zip(explanation.history, explanation.attention, strict=True), start=1):
        cells = [
            _cell(weight, with_number=10 * len(row) + 20 <= width) if place < number else ""
            for place, weight in enumerate(row)
        ]
        _add(table, str(number), _named(past.item), *cells)
    rest = explanation.n_given - len(explanation.history)
    more = f" {rest} earlier items, with the rest of each row's weight, are not shown." if rest else ""
    yield f"Attention: how much each item, by row, attends to the items up to itself.{more}", table


def _memory(explanation: UserExplanation) -> Iterable[Section]:
    memory = explanation.memory
    if memory is None:
        return
    last = explanation.history[-1].item.name
    table = _table("user", "item", "weight", "/ even", titles=("user", "what they took", "weight", "/ even"))
    for near in memory.nearest:
        taken = "; ".join(item.name for item in near.items)
        words = f"then {taken}" if near.has_last else f"last {taken}"
        weights = (f"{near.weight:.4f}", f"{near.weight * memory.n_users:.1f}")
        _add(table, near.user, words, *weights)
    share = sum(near.weight for near in memory.nearest)
    yield (
        f"Memory: {memory.n_users} users, weighing as {memory.effective_users:.0f} equal ones would. The "
        f"{len(memory.nearest)} nearest have {share:.1%} of the weight ({len(memory.nearest) / memory.n_users:.1%} if "
        f"all were equal). Then: after {last}; last: who did not take that, or nothing after it. Training data only.",
        table,
    )


def _recommendations(explanation: UserExplanation) -> Iterable[Section]:
    parts = [name for name in explanation.candidates if name != "score"]
    because = any(scored.because_of is not None for scored in explanation.recommendations)
    table = _table("", "item", "score", *parts, *(["due to"] if because else []))
    held_out = explanation.held_out.scored.item if explanation.held_out else None
    digits = _digits(explanation)
    for rank, scored in enumerate(explanation.recommendations, start=1):
        mark = "→" if scored.item == held_out else ""
        _add(table, f"{mark}{rank}", *_scored(scored, parts, because, digits))
    for label in ("mean", "deviation"):
        spreads = [getattr(explanation.candidates[name], label) for name in ("score", *parts)]
        _add(table, "", f"{label} of all candidates", *(_number(spread, digits) for spread in spreads), style=FADED)
    terms = ""
    if parts:
        terms = f" The score is the sum of {', '.join(parts)}; what each decides is how it differs between items."
    due = " Due to: the item above, by number, with the greatest share of the score." if because else ""
    taken = " →: taken next." if held_out in [scored.item for scored in explanation.recommendations] else ""
    yield f"The first {len(explanation.recommendations)} recommendations.{terms}{due}{taken}", table


def _held_out(explanation: UserExplanation) -> Iterable[Section]:
    if explanation.held_out is None:
        yield "There is no held-out item: this user has too few interactions.", None
        return
    held_out = explanation.held_out
    best, worst = held_out.better + 1, held_out.better + held_out.tied
    rank = f"rank {best}" if best == worst else f"a rank from {best} to {worst}, all scored alike,"
    digits = _digits(explanation)
    terms = [f"{name} {_number(value, digits)}" for name, value in held_out.scored.parts.items()]
    score = " = ".join([_number(held_out.scored.score, digits), *([" + ".join(terms)] if terms else [])])
    at = f"{rank} of {explanation.n_candidates} candidates"
    yield f"Taken next: {held_out.scored.item}, at {at}; score {score}.", None


def _scored(scored: ScoredItem, parts: Iterable[str], because: bool, digits: int) -> "list[RenderableType]":
    due = [] if not because else ["" if scored.because_of is None else f"{scored.because_of + 1}"]
    values = [scored.score, *(scored.parts[part] for part in parts)]
    return [_named(scored.item), *(_number(value, digits) for value in values), *due]


def _table(*columns: str, titles: tuple[str, ...] = ()) -> "Table":
    """A table whose column `item` takes what width there is."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, padding=(0, 1), header_style="bold")
    for column, title in zip(columns, titles or columns, strict=True):
        is_words = column in ("item", "user")
        table.add_column(
            Text(printable(title)),
            justify="left" if is_words else "right",
            style="cyan" if title == "weight" or title.isdecimal() else "",
            ratio=1 if column == "item" else None,
            no_wrap=column != "item" or not titles,
            overflow="ellipsis" if not titles else "fold",
        )
    return table


def _named(item: Item) -> "RenderableType":
    """Title and tags, the latter faded; a value in brackets is not markup."""
    from rich.text import Text

    return Text.assemble(printable(item.name), (printable(f"  {', '.join(item.tags)}") if item.tags else "", FADED))


def _add(table: "Table", *cells: "RenderableType", style: str = "") -> None:
    """Adds a row; what is a string is shown as it is."""
    from rich.text import Text

    table.add_row(*(Text(printable(cell)) if isinstance(cell, str) else cell for cell in cells), style=style)


def _shade(weight: float) -> str:
    return SHADES[0] if round(weight, 2) == 0 else SHADES[min(1 + int(4 * weight), 4)]


def _cell(weight: float, with_number: bool) -> str:
    """A square of the heat map."""
    return f"{_shade(weight)} {weight:.2f}" if with_number else _shade(weight)


def _digits(explanation: UserExplanation) -> int:
    """How many decimal places tell candidates apart: three digits of the scores' deviation, but 2 at least."""
    deviation = explanation.candidates["score"].deviation
    return 2 if deviation == 0 else max(2, 2 - math.floor(math.log10(deviation)))


def _number(value: float | None, digits: int, sign: str = "") -> str:
    return "" if value is None else f"{round(value, digits) + 0.0:{sign}.{digits}f}"  # + 0.0: no negative zero
