"""Fitting a cell's recommender: its epochs, the figures that choose them, and where an earlier sitting had come to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import ScoreError, in_words
from seqrec_bench.evaluation.metrics import validation_figures
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.answers import sound_epoch
from seqrec_bench.experiments.sittings import Earlier, News, Sitting
from seqrec_bench.recommender import Checkpoint, Epoch, FitContext, Recommender
from seqrec_bench.studies.cells import Cell


@dataclass
class Fit:
    """What a fit has brought so far."""

    recommender: Recommender
    curve: list[Epoch] = field(default_factory=list)
    is_chosen: bool = False
    """Whether the model has asked for validation figures, or reported some: then the metric that chooses matters."""


class _Refusal(Exception):
    """The recommender can't go on from what it was given; the cause says why."""


def fit_recommender(
    recommender: Recommender,
    cell: Cell,
    validation: Holdout,
    device: str,
    report: Callable[[News], None],
    sitting: Sitting | None = None,
) -> Fit:
    """Fits the recommender to the validation targets' histories.

    Args:
        recommender: A fresh one of the cell. Where it can't go on from an earlier sitting, another is fitted.
        sitting: Of a training that can be stopped and go on.

    Raises:
        ScoreError: The model's scores are not finite, or not scores; the message names the epoch.
    """
    earlier = sitting and sitting.earlier()
    if sitting and earlier:
        try:
            return _Fitting(recommender, cell, validation, device, report, sitting, earlier).run()
        except _Refusal as refusal:
            sitting.begin_anew(f"its model can't go on from where it stood ({in_words(refusal.args[0])})")
            recommender = build(cell.model, cell.dimension, cell.settings)
    return _Fitting(recommender, cell, validation, device, report, sitting).run()


@dataclass
class _Fitting:
    recommender: Recommender
    cell: Cell
    validation: Holdout
    device: str
    report: Callable[[News], None]
    sitting: Sitting | None
    earlier: Earlier | None = None
    fit: Fit = field(init=False)

    def __post_init__(self) -> None:
        curve = list(self.earlier.curve) if self.earlier else []
        self.fit = Fit(self.recommender, curve, is_chosen=bool(curve))

    def run(self) -> Fit:
        selection = self.cell.selection
        context = FitContext(
            self.cell.seed,
            self.device,
            self._validate,
            self._report,
            str(selection),
            selection.sign < 0,
            self.earlier.checkpoint if self.earlier else None,
            self._keep,
        )
        try:
            self.recommender.fit(self.validation.history, context)
        except ScoreError as error:
            raise ScoreError(f"In epoch {len(self.fit.curve) + 1}: {error}") from error
        except Exception as error:
            if self.earlier and self._stands_still:
                raise _Refusal(error) from error
            raise
        return self.fit

    @property
    def _stands_still(self) -> bool:
        """Whether no epoch has ended since the earlier sitting."""
        return self.earlier is not None and len(self.fit.curve) == len(self.earlier.curve)

    def _validate(self) -> Mapping[str, float]:
        self.fit.is_chosen = True
        return validation_figures(rank_targets(self.recommender, self.validation), self.cell.selection)

    def _report(self, epoch: Epoch) -> None:
        self.fit.is_chosen = True
        if self.sitting and self._stands_still and epoch.number == 1:
            self.sitting.begin_anew("its model does not go on from where it stood")
            self.fit.curve.clear()
        number = len(self.fit.curve) + 1
        self.fit.curve.append(sound_epoch(epoch, number, self.recommender.name, self.cell.selection))
        self.report(self.fit.curve[-1])

    def _keep(self, make: Callable[[], Checkpoint]) -> None:
        if self.sitting and self.fit.curve:
            self.sitting.keep(make, self.fit.curve)
