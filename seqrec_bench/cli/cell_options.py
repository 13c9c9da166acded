"""The options that say which cells a command is about, the same for `run` and for whatever looks at its cells."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated

import typer

from seqrec_bench.cli.data_options import KCoreOption, NegativesOption, ProtocolOption, ProtocolOptions
from seqrec_bench.cli.places import count_cells
from seqrec_bench.cli.steps import shown
from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import MAX_CUTOFF, USUAL_SELECTION, selection_metric
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.evaluation.registry import has_dimension, load, parse_setting
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.studies.cells import DEFAULT_STUDY, MAX_DIMENSION, MAX_SEED, Cell, Group, cells
from seqrec_bench.studies.fields import VARIANT
from seqrec_bench.studies.loading import load_study, studies
from seqrec_bench.studies.study import DEFAULT_DIMENSION, DEFAULT_SEEDS, Study

MAX_NUMBERS = 10_000
"""In one range of dimensions or seeds."""
KeepTopOption = Annotated[
    int,
    typer.Option(
        "--keep-top", min=0, max=MAX_CUTOFF, metavar="K", help="Keep what is recommended: each user's top K items."
    ),
]
SelectOption = Annotated[
    str | None,
    typer.Option(
        "--select",
        metavar="METRIC",
        help="The validation metric that chooses epochs and settings.",
        show_default=SELECTION_METRIC,
    ),
]


@dataclass(frozen=True)
class CellOptions:
    """The cells that a command is about."""

    all_cells: Annotated[bool, typer.Option("--all", help="The whole paper: all its models, dimensions, seeds.")] = (
        False
    )
    study: Annotated[
        str | None,
        typer.Option(
            "--study", "--suite", metavar="NAME|FILE", help=f"A study's cells: {', '.join(studies())}, or your own."
        ),
    ] = None
    models: Annotated[
        str | None, typer.Option("--models", metavar="A,B", help="Only these models, by name; your own too.")
    ] = None
    dims: Annotated[
        str | None,
        typer.Option("--dims", metavar="25,100", help="Embedding dimensions.", show_default="100, or the paper's"),
    ] = None
    seeds: Annotated[str | None, typer.Option("--seeds", metavar="0-4", help="Seeds.", show_default="0-4")] = None
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="MODEL.KEY=VALUE", help="A hyperparameter; needs --variant.")
    ] = None
    variant: Annotated[
        str, typer.Option("--variant", metavar="NAME", help="The name under which a changed model is recorded.")
    ] = PAPER_VARIANT
    protocol: ProtocolOption = None
    k_core: KCoreOption = None
    negatives: NegativesOption = None
    select: SelectOption = None

    @cached_property
    def named_study(self) -> Study | None:
        """The study whose cells these are; None where they are those of --models."""
        name = DEFAULT_STUDY if self.study is None and self.all_cells else self.study
        return None if name is None else load_study(name)

    @cached_property
    def _under(self) -> ProtocolOptions:
        return ProtocolOptions(self.protocol, self.k_core, self.negatives)

    def equip(self, dataset: Dataset) -> Dataset:
        """The data set with the negatives that the options or the study give, if there are some.

        Raises:
            InputError: Their file can't be read.
        """
        study = self.named_study
        if study is None or study.negatives is None:
            return self._under.equip(dataset)
        return ProtocolOptions(negatives=study.folder / study.negatives).equip(dataset)

    @property
    def name_some(self) -> bool:
        """Whether they say which cells, and not only what about them."""
        return self.all_cells or self.study is not None or self.models is not None

    def choose(self, usual: str = LOO_FULL) -> list[Cell]:
        """The cells that are asked for, in anytime order.

        Args:
            usual: What the data that are named are evaluated under where no protocol is.

        Raises:
            InputError: The options contradict each other, or one of them can't be read.
        """
        if [self.all_cells, self.study is not None, self.models is not None].count(True) != 1:
            raise InputError("Say which cells to run: --all for the whole paper, --study NAME, or --models A,B.")
        with shown("loading models"):
            settings = self.settings or []
            if self.models is not None:
                groups = _model_groups(self.models, settings, self.variant)
            else:
                groups = self._study_groups(settings)
            groups = self._chosen_by(self._under_protocol(groups, usual))
            return cells([_restrict(group, self.dims, self.seeds) for group in groups])

    def _study_groups(self, settings: Sequence[str]) -> list[Group]:
        """What --all or --study asks for."""
        if settings or self.variant != PAPER_VARIANT:
            raise InputError(
                "--set and --variant don't go with --all and --study, whose settings stand fast: use --models."
            )
        return self.named_study.groups if self.named_study else []

    def _under_protocol(self, groups: list[Group], usual: str) -> list[Group]:
        """The groups under the protocol that is asked for, if one is, or under that of a split which is given."""
        if self._under == ProtocolOptions():
            return groups if usual == LOO_FULL else [replace(group, protocols=[usual]) for group in groups]
        if self.study is not None:
            raise InputError(
                "--protocol, --k-core and --negatives don't go with --study, which names its protocols: use --models."
            )
        name = self._under.choose(usual).name
        return [replace(group, protocols=[name]) for group in groups]

    def _chosen_by(self, groups: list[Group]) -> list[Group]:
        """The groups with the metric that is asked for, if one is."""
        if self.select is None:
            return groups
        selection = selection_metric(self.select)
        if self.models is None:
            raise InputError("--select doesn't go with --all and --study, which say what chooses: use --models.")
        if selection != USUAL_SELECTION and self.variant == PAPER_VARIANT:
            raise InputError(
                f"A model chosen by {selection} is not the variant {PAPER_VARIANT!r}, whose epochs are chosen by "
                f"{USUAL_SELECTION}: give yours a name with --variant NAME."
            )
        return [replace(group, selection=selection) for group in groups]

    def idle(self, chosen: Sequence[Cell]) -> Iterator[str]:
        """Says of each model that was named in vain with --dims or --seeds why, and how many cells it has."""
        if self.models is None:
            return
        several_seeds = self.seeds is not None and len(parse_numbers(self.seeds, "--seeds", 0, MAX_SEED)) > 1
        for model, n_cells in Counter(cell.model for cell in chosen).items():
            recommender, idle = load(model), []
            if self.dims is not None and not has_dimension(recommender):
                idle.append("--dims, since it has no dimension")
            if several_seeds and recommender.deterministic:
                idle.append("--seeds, since its seed changes nothing")
            if idle:
                yield f"Of no effect on {model}: {'; '.join(idle)}. It has {count_cells(n_cells)}."


def _model_groups(models: str, settings: Sequence[str], variant: str) -> list[Group]:
    """What --models asks for: the dimension and the seeds of the paper's Table 1."""
    if settings and variant == PAPER_VARIANT:
        raise InputError(
            f"A model changed by --set is not the variant {PAPER_VARIANT!r}: give yours a name with --variant NAME."
        )
    if not VARIANT.fullmatch(variant):
        raise InputError(
            f"--variant {variant!r} becomes part of a file's name: use at most 100 small letters, digits, dots, dashes."
        )
    names = parse_names(models)
    return [Group(names, (DEFAULT_DIMENSION,), DEFAULT_SEEDS, variant, parse_settings(settings, names))]


def _restrict(group: Group, dims: str | None, seeds: str | None) -> Group:
    if dims is not None:
        numbers = parse_numbers(dims, "--dims", least=1, most=MAX_DIMENSION)
        # Whatever order they are named in, the main dimension still comes first: it makes the table.
        group = replace(group, dimensions=sorted(numbers, key=lambda number: number != group.dimensions[0]))
    if seeds is not None:
        group = replace(group, seeds=parse_numbers(seeds, "--seeds", least=0, most=MAX_SEED))
    return group


def parse_names(models: str) -> list[str]:
    """The models in ``a,b``, each once.

    Raises:
        InputError: There is none.
    """
    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    if not names:
        raise InputError(f"--models {models!r} names no model: give names with commas between them.")
    return names


def parse_numbers(text: str, option: str, least: int, most: int) -> list[int]:
    """The numbers in ``0-2,7``, in the order given.

    Raises:
        InputError: The text is not such a list, has too many numbers, or one that is too small or too great.
    """
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal() or part.endswith("-"):
            raise InputError(f"{option} {text!r} is not a list of numbers: give it like 0-4 or 25,100.")
        span = _number(first), _number(last or first)
        if span[0] > span[1] or span[0] < least or span[1] > most:
            raise InputError(
                f"{option} {text!r} must name numbers from {least} to {most}, the smaller end of a range first."
            )
        if span[1] - span[0] >= MAX_NUMBERS:
            raise InputError(f"{option} {text!r} names more than {MAX_NUMBERS:,} numbers: name fewer.")
        numbers += range(span[0], span[1] + 1)
    return list(dict.fromkeys(numbers))


def _number(digits: str) -> int:
    """The number, or one just as great for all that it matters: Python reads no more than 4300 digits."""
    return int(digits[-100:]) + (len(digits) > 100) * 10**100


def parse_settings(settings: Sequence[str], models: Sequence[str]) -> dict[str, dict[str, Value]]:
    """Values of hyperparameters by model and name, from MODEL.KEY=VALUE.

    Raises:
        InputError: One of them is not of that form, or names a model that is not among `models`, or no setting of it.
    """
    parsed: dict[str, dict[str, Value]] = {}
    for setting in settings:
        place, equals, text = setting.partition("=")
        model, dot, key = place.partition(".")
        if not equals or not dot:
            raise InputError(f"--set {setting!r} is not MODEL.KEY=VALUE: give it like fpmc.epochs=20.")
        if model not in models:
            raise InputError(f"--set {setting!r} is for another model than {', '.join(models)}: leave it out.")
        if key in parsed.setdefault(model, {}):
            raise InputError(f"--set gives {place} twice: give it once.")
        parsed[model][key] = parse_setting(model, key, text)
    return parsed
