"""What is to be said of data in which users take items repeatedly, by the protocol that they are evaluated under."""

from dataclasses import replace

from seqrec_bench.evaluation.protocol_parts import Negatives, Whole
from seqrec_bench.evaluation.protocols import Protocol


def repeats_note(protocol: Protocol, n_repeats: int, among: str = "") -> str | None:
    """Why the protocol does not fit such data, and which do, in a sentence; None where it does.

    Args:
        n_repeats: How many interactions repeat an item of the same user, of those that the protocol keeps.
        among: What is to be said of some of them, after a comma.
    """
    problem = repeats_problem(protocol) if n_repeats else None
    return problem and f"{n_repeats:,} interactions repeat an item of the same user{among}, and {problem}"


def repeats_problem(protocol: Protocol) -> str | None:
    """What the protocol makes of targets that their users have had before, and what to do instead.

    Returns:
        The end of a sentence that says what repeats; None where the protocol fits such data.
    """
    if protocol.candidates == Whole("seen"):
        return None
    seen, unique = replace(protocol, candidates=Whole("seen")).name, replace(protocol, unique=True).name
    return (
        f"under {protocol.name} {_problem(protocol)}: `--protocol {seen}` ranks the whole history by its scores, and "
        f"`--protocol {unique}` keeps a user's first interaction with an item alone."
    )


def _problem(protocol: Protocol) -> str:
    """What becomes of a target that the user has had before."""
    if protocol.needs_scores:
        return "a target that the user has had before is scored 0 with the rest of the history, whatever a model says"
    if isinstance(protocol.candidates, Negatives):
        return "a target that the user has had before stands out where the file has no other items of the history"
    return (
        "a target that the user has had before is the only item of the history among the candidates, so it stands out"
    )
