"""What recommendations rest on: attention over all users, and the users whose explanations are kept."""

from functools import partial

from seqrec_bench.evaluation.explaining.content import Memory, ScoredItem, UserExplanation
from seqrec_bench.rendering.blocks import Block, Grid, Heading, Notes, Paragraph, Section, numbers, words
from seqrec_bench.rendering.explanations.summary_text import summaries_grid, summary_notes
from seqrec_bench.rendering.markdown import NONE
from seqrec_bench.rendering.report.sources import Sources


def explanations_section(sources: Sources) -> Section:
    """The summaries of attention, then each kept user."""
    section = partial(Section, "explanations", "What recommendations rest on")
    blocks: list[Block] = []
    if sources.attention:
        blocks += [summaries_grid(sources.attention), Notes(summary_notes(sources.attention))]
    for explained in sources.explained:
        blocks += _example(explained)
    lacking = []
    if not sources.explained:
        lacking.append(
            "No user's explanation is kept in explanations/user-ID.json beside the records: "
            "`seqrec-bench explain --user ID --format json` prints one, from trained weights and the data."
        )
    return section(blocks, lacking=lacking)


def _example(explained: UserExplanation) -> list[Block]:
    place = f"User {explained.user} of {explained.key.dataset}, by {explained.key}"
    blocks = [Heading(place), _history(explained)]
    if explained.memory:
        blocks.append(_memory(explained, explained.memory))
    return [*blocks, _recommendations(explained), Paragraph(_taken_next(explained)), Notes(_how_to_read(explained))]


def _how_to_read(explained: UserExplanation) -> list[str]:
    notes = [
        "The latest items, oldest first: the last one's attention; how much of its lead over the mean candidate the "
        "first recommendation, or the item taken next, loses without each."
    ]
    if explained.memory:
        notes.append(
            f"Memory: its {explained.memory.n_users} users weigh as {explained.memory.effective_users:.0f} equal ones "
            "would. Then: what they took right after this user's last item; last: what they took last. Training only."
        )
    return [*notes, "A score is the sum of what stands beside it."]


def _history(explained: UserExplanation) -> Grid:
    weights = explained.attention[-1] if explained.attention else [None] * len(explained.history)
    rows = [
        [str(past.item), *map(_figure, (weight, past.for_first, past.for_held_out))]
        for past, weight in zip(explained.history, weights, strict=True)
    ]
    caption = f"User {explained.user}: the latest of {explained.n_history} items"
    return Grid(caption, [*words("item"), *numbers("attention", "for the first", "for the next")], rows)


def _memory(explained: UserExplanation, memory: Memory) -> Grid:
    rows = [
        [
            near.user,
            ("then " if near.has_last else "last ") + "; ".join(item.name for item in near.items),
            f"{near.weight:.4f}",
        ]
        for near in memory.nearest
    ]
    caption = f"User {explained.user}: the nearest users in the memory"
    return Grid(caption, [*words("user", "what they took"), *numbers("weight")], rows)


def _recommendations(explained: UserExplanation) -> Grid:
    parts = list(explained.recommendations[0].parts)
    rows = [_scored(scored, parts) for scored in explained.recommendations]
    caption = f"User {explained.user}: the first recommendations"
    return Grid(caption, [*words("item"), *numbers("score", *parts)], rows)


def _scored(scored: ScoredItem, parts: list[str]) -> list[str]:
    return [str(scored.item), *map(_figure, (scored.score, *(scored.parts[part] for part in parts)))]


def _taken_next(explained: UserExplanation) -> str:
    if explained.held_out is None:
        return f"User {explained.user} has too few interactions for an item to be held out."
    held_out = explained.held_out
    tied = f", level with {held_out.tied - 1} others" if held_out.tied > 1 else ""
    return (
        f"Taken next, and not known to the model: {held_out.scored.item}, at rank {held_out.better + 1} of "
        f"{explained.n_candidates} candidates{tied}; its score is {held_out.scored.score:.2f}."
    )


def _figure(value: float | None) -> str:
    return NONE if value is None else f"{round(value, 2) + 0.0:.2f}"  # + 0.0: no negative zero
