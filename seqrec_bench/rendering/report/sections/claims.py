"""The ledger of a paper's claims."""

from functools import partial

from seqrec_bench.analysis.claims.ledger import Entry
from seqrec_bench.rendering.claims import COLUMNS, count, part_texts, takes
from seqrec_bench.rendering.report.blocks import ClaimCard, Grid, Notes, Section
from seqrec_bench.rendering.report.sources import Sources, in_shell, to_read


def claims_section(sources: Sources) -> Section:
    """A card for each claim."""
    section = partial(Section, "claims", "The paper's claims")
    if not sources.view.claims:
        sentence = f"No claims on {sources.view.dataset} are written down: [[claims]] in a file for --paper would."
        return section([], lacking=[sentence])
    ledger = sources.ledger
    cards = [_card(entry) for entry in ledger.entries]
    notes = Notes(to_read(ledger.notes))
    lacking = []
    if ledger.missing:
        names = ", ".join(entry.claim.id for entry in ledger.entries if entry.missing)
        commands = dict.fromkeys(in_shell("run", *words) for words in (sources.making, sources.making_ablations))
        made = " and ".join(f"`{command}`" for command in commands)
        lacking.append(f"{names}: cells are missing. {made} {'make' if len(commands) > 1 else 'makes'} them.")
    return section([*cards, notes], sources.command("claims", accepts=["--protocol"]), lacking, in_text=True)


def _card(entry: Entry) -> ClaimCard:
    grid = Grid(
        caption=f"{entry.claim.id}, part by part",
        head=COLUMNS,
        rows=[part_texts(part) for part in entry.parts],
        verdicts=[3],
    )
    return ClaimCard(
        name=entry.claim.id,
        says=entry.claim.text,
        verdict=entry.verdict.value,
        count=count(entry),
        parts=grid if entry.parts else None,
        notes=[*takes(entry), *entry.remarks],
    )
