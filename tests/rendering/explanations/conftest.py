import pytest

from seqrec_bench.evaluation.explaining.content import (
    HeldOut,
    Item,
    Memory,
    Neighbour,
    PastItem,
    ScoredItem,
    Spread,
    UserExplanation,
)
from seqrec_bench.records import CellKey

HOSTILE = "\x1b[31mred\x9b2J [bold]b[/bold] \u202egnol $x_1$ two\nlines"


@pytest.fixture
def explanation() -> UserExplanation:
    """One with all that there can be, of two items, with texts that try what they can."""
    plain, hostile = Item("1", "Plain (1995)", ("Drama",)), Item("\x1b2", HOSTILE, ("[red]",))
    scored = [
        ScoredItem(item, 2.0 - rank, {"a": 1.5, "b": 0.5 - rank}, 1) for rank, item in enumerate((hostile, plain))
    ]
    return UserExplanation(
        key=CellKey("toy", "loo-full-v1", "am-lstm", "paper", 100, 0),
        fingerprint="f" * 64,
        weights="ab" * 32,
        user="\x1bme",
        n_history=9,
        n_given=3,
        history=(PastItem(plain, 880_000_000, 0.25, -0.004), PastItem(hostile, 880_000_000, -1.0, 0.5)),
        attention=((1.0, 0.0), (0.3, 0.6)),
        memory=Memory(
            40, 37.2, (Neighbour("[u]", 0.05, True, (plain,)), Neighbour("v", 0.03, False, (hostile, plain)))
        ),
        n_candidates=20,
        candidates={"score": Spread(-1.0, 2.0), "a": Spread(0.0, 1.0), "b": Spread(-1.0, 0.5)},
        recommendations=tuple(scored),
        held_out=HeldOut(scored[1], 1, 3),
    )
