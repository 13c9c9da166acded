from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import DatasetIdentity, Record
from seqrec_bench.rendering.blocks import Section
from seqrec_bench.rendering.report.build import SECTIONS
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.studies.view import View

NO_DATA = "This needs the data."
HOSTILE = r"""<script>alert(1)</script>"'&|$x_y$ \input{x} `b` %#^~"""


@pytest.fixture
def sources(all_records: list[Record], ablation_records: list[Record], view: View) -> Sources:
    """All cells of Table 1, the figures and the ablations, with learning curves."""
    records = {record.key: record for record in [*all_records, *ablation_records]}
    curve = [Epoch(number, 1.0, {"NDCG@50": 0.1 + 0.01 * number % 0.04}, 1.0) for number in range(1, 8)]
    trained = [record if record.deterministic else replace(record, curve=curve) for record in records.values()]
    return Sources(trained, replace(view, n_users=40), NO_DATA)


@pytest.fixture
def dataset() -> Dataset:
    """Forty users with 3 to 9 interactions each."""
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(40), rng.integers(3, 10, 40)).astype(np.int32)
    items = rng.integers(0, 20, len(users)).astype(np.int32)
    names = np.array([f"{number}" for number in range(40)])
    return prepare("ml-100k", Interactions(users, items, np.arange(len(users)), names, names[:20]), None)


@pytest.fixture
def sources_with_data(sources: Sources, dataset: Dataset) -> Sources:
    """The same with the data on which the records were made."""
    records = [
        replace(record, recipe=replace(record.recipe, dataset=DatasetIdentity("ml-100k", dataset.fingerprint, None)))
        for record in sources.records
    ]
    return replace(sources, records=records, data=dataset)


@pytest.fixture
def hostile(make_record: Callable[..., Record], view: View) -> Sources:
    """Records and a paper whose every text would be markup, a command or a formula."""
    rows = tuple(replace(row, label=f"{HOSTILE}{row.label}") for row in view.rows)
    claims = tuple(replace(claim, text=HOSTILE) for claim in view.claims)
    records = [
        replace(make_record(row.model, 100, seed), environment={HOSTILE: HOSTILE, "commit": HOSTILE})
        for row in view.rows
        for seed in range(3)
    ]
    records += [
        make_record("evil<b>_&", 100, seed, variant="x\"'<i>{}", hyperparameters={"<u>": HOSTILE}) for seed in range(3)
    ]
    view = replace(view, citation=HOSTILE, rows=rows, claims=claims, n_users=40)
    return Sources(records, view, HOSTILE)


@pytest.fixture
def section_of() -> Callable[[Sources, str], Section]:
    """The section of these sources that a function of this name, without `_section`, makes."""

    makers = {make.__name__.removesuffix("_section"): make for make in SECTIONS}
    return lambda sources, name: makers[name](sources)
