"""A model's attention over all users as text: a Markdown table with a line for each run, and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from seqrec_bench.evaluation.explaining.summary import AttentionSummary
from seqrec_bench.records import CellKey
from seqrec_bench.rendering.blocks import Grid, Notes, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE

Summaries = Mapping[CellKey, AttentionSummary]
"""Of runs that differ in their seed."""


def summaries_document(summaries: Summaries) -> Document:
    """A line for each quantity and a column for each run, so that many quantities fit a terminal; and notes."""
    fields = [{"key": asdict(key), **asdict(summary)} for key, summary in summaries.items()]
    return Document([summaries_grid(summaries), Notes(summary_notes(summaries))], fields)


def summaries_grid(summaries: Summaries) -> Grid:
    found = list(summaries.values())
    rows = _item_rows(found) + _user_rows(found) + _part_rows(found)
    columns = [*words(""), *numbers(*(f"seed {summary.seed}" for summary in found))]
    return Grid("Attention over all users", columns, [[name, *values] for name, values in rows])


Rows = list[tuple[str, list[str]]]


def _item_rows(summaries: Sequence[AttentionSummary]) -> Rows:
    found = [summary.items for summary in summaries]
    if not any(found):
        return []
    return [
        ("weight of the last item", [NONE if items is None else f"{items.last_weight:.3f}" for items in found]),
        ("items, as equal ones", [NONE if items is None else f"{items.effective_items:.2f}" for items in found]),
        ("attention and effect", [NONE if items is None else f"{items.attention_and_effect:+.3f}" for items in found]),
        ("recency and effect", [NONE if items is None else f"{items.recency_and_effect:+.3f}" for items in found]),
    ]


def _user_rows(summaries: Sequence[AttentionSummary]) -> Rows:
    found = [summary.users for summary in summaries]
    if not any(found):
        return []
    return [
        ("users, as equal ones", [NONE if users is None else f"{users.effective_users:.0f}" for users in found]),
        ("greatest weight of a user", [NONE if users is None else f"{users.greatest_weight:.1f}" for users in found]),
        ("different nearest users", [NONE if users is None else str(users.n_nearest) for users in found]),
    ]


def _part_rows(summaries: Sequence[AttentionSummary]) -> Rows:
    return [
        (f"deviation of {name}", [f"{summary.parts[name]:.2f}" for summary in summaries]) for name in summaries[0].parts
    ]


def summary_notes(summaries: Summaries) -> list[str]:
    """How to read it."""
    key, summary = next(iter(summaries.items()))
    name = f"{key.model} {key.variant}" + (f" at dimension {key.dimension}" if key.dimension else "")
    notes = [f"{name} on the {summary.n_users} test users of {key.dataset}, {key.protocol}."]
    if summary.items is not None:
        notes += [
            "Weight: mean over users of what the last item pays to itself. Items, as equal ones: median over users of "
            "exp(entropy) of what it pays to all.",
            "Attention and effect: mean over users of Spearman's correlation between the last item's weights and by "
            "how much the first recommendation's lead over the mean candidate changes without each item. Recency and "
            "effect: the same with the items' places for weights: attention tells more than their order only where it "
            "has the higher correlation.",
        ]
    if summary.users is not None:
        notes.append(
            f"Users, as equal ones: the same of the weights over the {summary.users.n_users} users of the memory. "
            "Greatest weight: median over users, as a multiple of what each has where all weigh alike. "
            "Different nearest users: how many have the greatest weight for somebody."
        )
    if summary.parts:
        notes.append("Deviation: mean over users of a part's standard deviation over the catalogue.")
    return notes
