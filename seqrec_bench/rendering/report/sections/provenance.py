"""How each number was made."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import seqrec_bench
from seqrec_bench.data import data_option
from seqrec_bench.records import PAPER_VARIANT, CellKey, Record
from seqrec_bench.rendering.blocks import Column, Facts, Grid, Kind, Notes, Section, numbers, words
from seqrec_bench.rendering.markdown import NONE
from seqrec_bench.rendering.report.sources import Sources, in_shell, seed_list
from seqrec_bench.studies.cells import DEFAULT_DATASET

_FINGERPRINT, _COMMIT = 12, 7
"""How many digits of each are shown."""


def provenance_section(sources: Sources) -> Section:
    """The records of these data, the commands that make them again, and what made them."""
    view = sources.view
    records = [record for record in sources.records if record.key.dataset == view.dataset]
    own = [record for record in records if record.key.protocol == view.protocol]
    facts = Facts(
        {
            "This report": f"seqrec-bench {seqrec_bench.__version__}, from {len(records)} records on {view.dataset}, "
            f"{len(own)} of them under {view.protocol}",
            "Fingerprint of the item tags": "; ".join(
                sorted({record.recipe.dataset.tags_fingerprint or "no tags" for record in own})
            ),
        }
    )
    blocks = [facts, _data(records), _commands(own), _environments(own), Notes(_notes(own))]
    return Section("provenance", "How each number was made", blocks)


def _data(records: Iterable[Record]) -> Grid:
    """By protocol, since orders of ties in time change the data."""
    counts = Counter((record.key.protocol, record.recipe.dataset.fingerprint[:_FINGERPRINT]) for record in records)
    rows = [[protocol, fingerprint, str(count)] for (protocol, fingerprint), count in counts.items()]
    return Grid(
        "The data, as each protocol orders them", [*words("protocol", "fingerprint"), *numbers("records")], rows
    )


def _commands(records: Sequence[Record]) -> Grid:
    """A row for each model, variant and set of seeds."""
    by_dimension: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for record in records:
        by_dimension[record.key.model, record.key.variant, record.key.dimension].append(record)
    rows: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for (model, variant, _), group in by_dimension.items():
        rows[model, variant, tuple(record.key.seed for record in group)] += group
    return Grid(
        caption="Records, and the commands that make them again",
        columns=[
            *words("model", "variant"),
            Column("command", Kind.COMMAND),
            *words("version", "commits"),
            *numbers("records"),
        ],
        rows=[_row(group, records) for group in rows.values()],
    )


def _row(group: Sequence[Record], records: Sequence[Record]) -> list[str]:
    key = group[0].key
    commits = sorted({str(record.environment.get("commit"))[:_COMMIT] for record in group})
    versions = sorted({record.recipe.version for record in group})
    return [
        key.model,
        key.variant,
        _command(group, records),
        ", ".join(map(str, versions)),
        ", ".join(commits),
        str(len(group)),
    ]


def _command(group: Sequence[Record], records: Sequence[Record]) -> str:
    key = group[0].key
    dimensions = sorted({record.key.dimension for record in group} - {0})
    words = ["run", "--models", key.model]
    words += ["--dims", ",".join(map(str, dimensions))] if dimensions else []
    words += ["--seeds", seed_list(sorted({record.key.seed for record in group}))]
    if key.variant != PAPER_VARIANT:
        words += ["--variant", key.variant, *_settings(group[0], _published(key, records))]
    words += data_option(key.dataset, key.protocol).split() if key.dataset != DEFAULT_DATASET else []
    return in_shell(*words)


def _published(key: CellKey, records: Iterable[Record]) -> Mapping[str, Any]:
    """The hyperparameters of the same model as published; none where it has no record."""
    those = (each for each in records if (each.key.model, each.key.variant) == (key.model, PAPER_VARIANT))
    first = next(those, None)
    return first.recipe.hyperparameters if first else {}


def _settings(record: Record, published: Mapping[str, Any]) -> list[str]:
    """The options that make the variant of the published model."""
    words = []
    for name, value in record.recipe.hyperparameters.items():
        if name != "dimension" and (name not in published or published[name] != value):
            words += ["--set", f"{record.key.model}.{name}={_as_setting(value)}"]
    return words


def _as_setting(value: Any) -> str:
    return value if isinstance(value, str) else "none" if value is None else json.dumps(value)


def _environments(records: Sequence[Record]) -> Grid:
    """What the records were made with, each value with the number of records that have it."""
    return Grid(
        caption="What made the records",
        columns=[*words("of", "value"), *numbers("records")],
        rows=[[name, value, str(n)] for name, values in _counted(records).items() for value, n in values.items()],
    )


def _counted(records: Iterable[Record]) -> dict[str, Counter[str]]:
    """By name, in how many records' environments each value is."""
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for name, value in _flat(record.environment):
            fields[name][value] += 1
    return fields


def _flat(environment: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in environment.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {part}", str(what)) for part, what in value.items())
        else:
            yield name, NONE if value is None else str(value)


def _notes(records: Sequence[Record]) -> list[str]:
    differing = [name for name, values in _counted(records).items() if max(values.values()) < len(records)]
    same = (
        f"Not all records were made with the same: they differ in {', '.join(differing)}."
        if differing
        else "All records were made with the same software, on the same kind of platform."
    )
    return [
        same,
        "Each record is of one seed, made in a process of its own. The commands write to `runs/`; `--results` names "
        "another directory. Every figure above is computed from the ranks in the records, none is stored.",
    ]
