"""The options that say which records a command shows or judges, by which metrics, and beside which study."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.analysis.selection import Missing, as_rows_give, not_run, whereabouts
from seqrec_bench.cli.paths import named_path
from seqrec_bench.data import data_option
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.evaluation.absence import completed
from seqrec_bench.evaluation.metrics import Metric, read_metrics
from seqrec_bench.evaluation.protocol_parts import Given
from seqrec_bench.evaluation.protocols import Protocol, known_protocol
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.cells import DEFAULT_DATASET, DEFAULT_STUDY
from seqrec_bench.studies.loading import load_study
from seqrec_bench.studies.study import Study
from seqrec_bench.studies.view import View
from seqrec_bench.text import one_line

DEFAULT_RESULTS = Path("runs")

ResultsOption = Annotated[
    Path, typer.Option("--results", parser=named_path, metavar="DIR", help="The directory of the records.")
]


@dataclass(frozen=True)
class Shown:
    """Records on a data set under a protocol, and the study that they stand beside."""

    store: Store
    study: Study
    dataset: str
    protocol: str
    metrics: Sequence[Metric] | None = None
    """Those of the study where there are none."""

    @cached_property
    def records(self) -> list[Record]:
        """All that are in the directory, on other data too; of a study's rows, as the rows give them."""
        return list(as_rows_give(completed(self.store.records()), self.study))

    def beside(self, dataset: str) -> "Shown":
        """The same on another data set, of the same records, which are read once."""
        other = replace(self, dataset=dataset)
        vars(other)["records"] = self.records
        return other

    def not_run(self) -> list[Missing]:
        """The study's cells that have no record here; none where it is not about these data under this protocol."""
        return not_run(self.records, self.study, self.dataset) if self.is_own else []

    @property
    def is_own(self) -> bool:
        """Whether the study is about these data under this protocol."""
        return self.dataset in self.study.dataset_names and self.protocol == self.study.protocol

    @property
    def view(self) -> View:
        """What the study shows of these data under this protocol, with what it says of them."""
        return self.study.view(self.dataset, self.protocol, self.metrics)

    @property
    def view_as_own(self) -> View:
        """What the study says of its own data under its own protocol, as if it were about these."""
        own = self.study.view(self.dataset if self.dataset in self.study.dataset_names else None, None, self.metrics)
        return replace(own, dataset=self.dataset, protocol=self.protocol)

    def require_models(self, there: bool, kind: str = "") -> None:
        """Raises `MissingCellsError` where there are no records to show.

        Args:
            kind: Of which models, in words that follow on "records".
        """
        if not there:
            raise MissingCellsError(
                f"{self.store.root} has no records{kind} on the data set {self.dataset} under {self.protocol}"
                f"{whereabouts(self.records)}: run some{'' if kind else ' models'} first, or name others with "
                "--dataset and --protocol."
            )


@dataclass(frozen=True)
class ViewOptions:
    """The records that a command shows or judges, and the study that they belong to or are held against."""

    results: ResultsOption = DEFAULT_RESULTS
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="The data set whose records are shown.",
            show_default="the study's, or the only one in --results",
        ),
    ] = None
    protocol: Annotated[
        str | None,
        typer.Option(
            "--protocol",
            metavar="NAME",
            help="The protocol under which they were made.",
            show_default="the study's, or the only one in --results",
        ),
    ] = None
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics", metavar="HR@10,MRR", help="The metrics that are shown, in order.", show_default="the study's"
        ),
    ] = None
    named_study: Annotated[
        str | None,
        typer.Option(
            "--study",
            "--paper",
            metavar="NAME|FILE",
            help="A study that comes with the bench, or one of your own, as TOML.",
            show_default=DEFAULT_STUDY,
        ),
    ] = None

    @cached_property
    def study(self) -> Study:
        """The study that is named, or the built-in one where none is."""
        return load_study(DEFAULT_STUDY if self.named_study is None else self.named_study)

    def under(self, protocol: str) -> "ViewOptions":
        """The same, of a command that has no --protocol and shows the records of this one."""
        return replace(self, protocol=protocol)

    def open(self) -> Shown:
        """What a command shows: as asked for, the study's, or the only records there; says so in the last case."""
        shown, asked = self.find(), self.judged()
        if (shown.dataset, shown.protocol) != (asked.dataset, asked.protocol):
            why = f"the only data set in {self.results}" if self.dataset is None else "the split that its files give"
            said = f"Shows {shown.dataset} under {shown.protocol}, {why}."
            typer.echo(one_line(said), err=True)
        return shown

    def open_all(self) -> list[Shown]:
        """The same for each data set where there are several: the study's or, without one, all that there are."""
        names, protocol = ((), None) if self.dataset is not None else self._several()
        if not names:
            return [self.open()]
        first = replace(self, dataset=names[0], protocol=protocol).judged()
        return [first, *map(first.beside, names[1:])]

    def _several(self) -> tuple[tuple[str, ...], str | None]:
        """The data sets that can't be told from one another by what is asked for, and under which protocol."""
        study = self.study
        if self.named_study is not None:
            return study.dataset_names if len(study.dataset_names) > 1 else (), self.protocol
        recorded = self._recorded()
        protocol = self.protocol or _usual_or_given({under for _, under in recorded}, study.protocol)
        there = {name for name, under in recorded if under == protocol}
        is_several = len(there) > 1 and not there.intersection(study.dataset_names)
        return tuple(sorted(there)) if is_several else (), protocol

    def _recorded(self) -> set[tuple[str, ...]]:
        """The data sets and protocols of which there are records, as paths tell."""
        return {path.relative_to(self.results).parts[:2] for path in Store(self.results).paths()}

    def judged(self) -> Shown:
        """What the options name and, where they name nothing, the study.

        A verdict on a paper, or a gate, must not depend on what else lies in a directory.

        Raises:
            InputError: The study has several data sets, and none of them is named.
        """
        study = self.study
        if self.dataset is None and len(study.dataset_names) > 1:
            raise InputError(
                f"The study {study.name} has the data sets {', '.join(study.dataset_names)}, and this is about one: "
                "name it with --dataset."
            )
        dataset = study.dataset_names[0] if self.dataset is None else self.dataset
        protocol = study.protocol if self.protocol is None else self.protocol
        metrics = None if self.metrics is None else read_metrics(name.strip() for name in self.metrics.split(","))
        return Shown(Store(self.results), study, dataset, protocol, metrics)

    def find(self) -> Shown:
        """The same as `open`, without a word.

        Whoever names a data set has it under the study's protocol, unless its files give a split; and so have the
        study's own.
        """
        asked, study = self.judged(), self.study
        there = self._recorded()
        name = self.dataset or _usual_or_only({name for name, _ in there}, asked.dataset)
        if name in study.dataset_names:
            return asked
        protocol = self.protocol
        if protocol is None:
            protocols = {under for on, under in there if on == name}
            protocol = _usual_or_given(protocols, study.protocol)
            if self.dataset is None:
                protocol = _usual_or_only(protocols, protocol)
        return replace(asked, dataset=name, protocol=protocol) if (name, protocol) in there else asked

    @property
    def cells(self) -> str:
        """What makes `seqrec-bench run` make the study's cells."""
        if self.named_study is None:
            return "--all"
        words = ["--study", self.named_study, *(["--dataset", self.dataset] if self.dataset else [])]
        return shlex.join(words)

    def none_of_study(self, datasets: Iterable[str], shown: Shown) -> MissingCellsError:
        """What a command ends with that finds no record of a study's models on any of its data sets."""
        command = f"seqrec-bench run {self.cells} --results {shlex.quote(str(self.results))}"
        return MissingCellsError(
            f"{self.results} has no records of the study {self.study.name} on {', '.join(datasets)} under "
            f"{shown.protocol}{whereabouts(shown.records)}: make some with `{command}`."
        )

    def require_none_missing(self, missing: Sequence[object], cells: str | None = None) -> None:
        """Ends a command that had to leave cells out, after it has printed what there is.

        Args:
            missing: What can be read as text.
            cells: What makes `seqrec-bench run` make them, where it is not all of the study.

        Raises:
            MissingCellsError: Some cells are missing; the message names them and the command that makes them.
        """
        if missing:
            names = "; ".join(map(str, missing))
            command = f"seqrec-bench run {cells or self.cells} --results {shlex.quote(str(self.results))}"
            raise MissingCellsError(f"Cells are missing ({names}): make them with `{command}`.")


def more_options(dataset: str, protocol: str = "") -> str:
    """What makes `seqrec-bench run` work on this data set, to be put behind its other options."""
    return "" if dataset == DEFAULT_DATASET else f" {data_option(dataset, protocol)}"


def _usual_or_only(names: set[str], usual: str) -> str:
    return next(iter(names)) if len(names) == 1 else usual


def _usual_or_given(names: set[str], usual: str) -> str:
    """Of these protocols, the one of a split that files give, which has no others; the usual one if there is none."""
    protocols = {name: known_protocol(name) for name in names}
    given = [
        name
        for name, found in protocols.items()
        if found is not None and isinstance(found.split, Given) and found == Protocol(split=found.split)
    ]
    return given[0] if len(given) == 1 and usual not in names else usual
