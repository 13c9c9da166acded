"""``seqrec-bench claims``: each claim of the paper with its verdict."""

from enum import StrEnum
from typing import Annotated

from seqrec_bench.analysis.claims.evidence import in_words
from seqrec_bench.analysis.claims.ledger import claims_ledger
from seqrec_bench.analysis.selection import only_elsewhere
from seqrec_bench.cli.bundles import Described, Without, with_bundles
from seqrec_bench.cli.tables import FormatOptions
from seqrec_bench.cli.view_options import ViewOptions
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.rendering.claims import claims_document


class LedgerFormat(StrEnum):
    """Those of the ledger's document, as an option's choices."""

    MD = "md"
    SHORT = "short"
    JSON = "json"


@with_bundles
def claims(
    view: Annotated[
        ViewOptions,
        Without("metrics"),
        Described("dataset", "One of the study's data sets.", "its only one"),
        Described("protocol", "Judges the records of another protocol.", "the paper's"),
    ],
    output: Annotated[
        FormatOptions[LedgerFormat],
        Described("format", "md is the whole ledger, short is one sentence for each claim.", "md"),
    ],
) -> None:
    """Prints each claim of the paper: supported, refuted here, or undecidable and what it would take.

    Their cells are made by: seqrec-bench run --all, and seqrec-bench run --study ablations

    Example: seqrec-bench claims --results results --format short
    """
    study = view.study
    if not study.claims:
        raise InputError(f"The study {study.name} has no claims: add [[claims]] to its file.")
    if view.dataset is not None and view.dataset not in study.dataset_names:
        raise InputError(
            f"The claims of {study.name} are about {', '.join(study.dataset_names)}, not {view.dataset}: name one of "
            "these with --dataset."
        )
    judged = view.judged()
    content = claims_ledger(judged.records, judged.view_as_own)
    output.show(claims_document(content), LedgerFormat.MD)
    if content.missing:
        cells = "" if view.named_study is None else f" {view.cells}"
        raise MissingCellsError(
            f"Cells of {judged.protocol} are missing ({in_words(content.missing)})"
            f"{only_elsewhere(judged.records, judged.dataset, judged.protocol)}: run them with "
            f"`seqrec-bench run{cells}`; until then the claims that need them are undecidable."
        )
