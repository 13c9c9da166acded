"""The ledger of a paper's claims."""

from functools import partial

from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.rendering.blocks import Notes, Section
from seqrec_bench.rendering.claims import claim_card
from seqrec_bench.rendering.report.sources import Sources, in_shell


def claims_section(sources: Sources) -> Section:
    """A card for each claim."""
    section = partial(Section, "claims", "The paper's claims")
    if not sources.view.claims:
        sentence = f"No claims on {sources.view.dataset} are written down: [[claims]] in a file for --paper would."
        return section([], lacking=[sentence])
    ledger = sources.ledger
    cards = [claim_card(entry) for entry in ledger.entries]
    notes = Notes(without(ledger.notes, Topic.MISSING))
    lacking = []
    if ledger.missing:
        names = ", ".join(entry.claim.id for entry in ledger.entries if entry.missing)
        commands = dict.fromkeys(in_shell("run", *words) for words in (sources.making, sources.making_ablations))
        made = " and ".join(f"`{command}`" for command in commands)
        lacking.append(f"{names}: cells are missing. {made} {'make' if len(commands) > 1 else 'makes'} them.")
    return section([*cards, notes], sources.command("claims", accepts=["--protocol"]), lacking, in_text=True)
