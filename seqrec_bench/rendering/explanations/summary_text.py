"""A model's attention over all users as text: a Markdown table with a line for each run, and JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from seqrec_bench.evaluation.explaining.summary import AttentionSummary
from seqrec_bench.records import CellKey
from seqrec_bench.rendering.blocks import Grid, Notes, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE

Summaries = Mapping[CellKey, AttentionSummary]
"""Of runs that differ in their seed."""
_OF_ITEMS = {
    "weight of the last item": "{.last_weight:.3f}",
    "items, as equal ones": "{.effective_items:.2f}",
    "attention and effect": "{.attention_and_effect:+.3f}",
    "recency and effect": "{.recency_and_effect:+.3f}",
}
_OF_USERS = {
    "users, as equal ones": "{.effective_users:.0f}",
    "greatest weight of a user": "{.greatest_weight:.1f}",
    "different nearest users": "{.n_nearest}",
}


def summaries_document(summaries: Summaries) -> Document:
    """A line for each quantity and a column for each run, so that many quantities fit a terminal; and notes."""
    fields = [{"key": asdict(key), **asdict(summary)} for key, summary in summaries.items()]
    return Document([summaries_grid(summaries), Notes(summary_notes(summaries))], fields)


def summaries_grid(summaries: Summaries) -> Grid:
    found = list(summaries.values())
    rows = [*_rows([each.items for each in found], _OF_ITEMS), *_rows([each.users for each in found], _OF_USERS)]
    rows += [[f"deviation of {name}", *(f"{each.parts[name]:.2f}" for each in found)] for name in found[0].parts]
    return Grid("Attention over all users", [*words(""), *numbers(*(f"seed {each.seed}" for each in found))], rows)


def _rows(found: Sequence[object], forms: Mapping[str, str]) -> Iterator[list[str]]:
    """A row for each form of what the runs have, by name; none where no run has it."""
    if any(found):
        yield from ([name, *(form.format(each) if each else NONE for each in found)] for name, form in forms.items())


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
