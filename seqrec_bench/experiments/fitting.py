"""Fitting a cell's recommender: its epochs, the figures that choose them, and where an earlier sitting had come to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import ScoreError, in_words
from seqrec_bench.evaluation.metrics import validation_figures
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.answers import sound_epoch
from seqrec_bench.experiments.saying import said_seldom
from seqrec_bench.experiments.sittings import Sitting
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
    sitting: Sitting,
) -> Fit:
    """Fits the recommender to the validation targets' histories.

    Args:
        recommender: A fresh one of the cell. Where it can't go on from an earlier sitting, another is fitted.
        sitting: Told of all that happens.

    Raises:
        ScoreError: The model's scores are not finite, or not scores; the message names the epoch.
    """
    if earlier := sitting.earlier():
        try:
            return _Fitting(recommender, cell, validation, device, sitting, *earlier).run()
        except _Refusal as refusal:
            sitting.begin_anew(f"its model can't go on from where it stood ({in_words(refusal.args[0])})")
            recommender = build(cell.model, cell.dimension, cell.settings)
    return _Fitting(recommender, cell, validation, device, sitting).run()


class _Fitting:
    """One call of `fit`."""

    def __init__(
        self,
        recommender: Recommender,
        cell: Cell,
        validation: Holdout,
        device: str,
        sitting: Sitting,
        curve: Sequence[Epoch] = (),
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """
        Args:
            curve: The epochs of earlier sittings.
            checkpoint: Where these have ended.
        """
        self._recommender, self._validation, self._selection = recommender, validation, cell.selection
        self._sitting, self._n_before = sitting, len(curve)
        self._fit = Fit(recommender, list(curve), is_chosen=bool(curve))
        self._context = FitContext(
            cell.seed,
            device,
            self._validate,
            self._report,
            str(cell.selection),
            cell.selection.sign < 0,
            checkpoint,
            self._keep,
            said_seldom(sitting.report),
        )

    def run(self) -> Fit:
        try:
            self._recommender.fit(self._validation.history, self._context)
        except _Refusal:
            raise
        except ScoreError as error:
            perhaps = ", the first after a checkpoint (--fresh begins the training anew)" if self._stands_still else ""
            raise ScoreError(f"In epoch {len(self._fit.curve) + 1}{perhaps}: {error}") from error
        except Exception as error:
            if self._stands_still:
                raise _Refusal(error) from error
            raise
        return self._fit

    @property
    def _stands_still(self) -> bool:
        """Whether the training was to go on, and no epoch has ended yet."""
        return 0 < len(self._fit.curve) == self._n_before

    def _validate(self) -> Mapping[str, float]:
        self._fit.is_chosen = True
        return validation_figures(rank_targets(self._recommender, self._validation), self._selection)

    def _report(self, epoch: Epoch) -> None:
        self._fit.is_chosen = True
        curve = self._fit.curve
        if self._stands_still and epoch.number == 1:
            self._sitting.begin_anew("its model does not go on from where it stood")
            curve.clear()
        elif self._stands_still and epoch.number != self._n_before + 1:
            raise _Refusal(ScoreError(f"it reported epoch {epoch.number} after epoch {self._n_before}"))
        curve.append(sound_epoch(epoch, len(curve) + 1, self._recommender.name, self._selection))
        self._sitting.report(curve[-1])

    def _keep(self, make: Callable[[], Checkpoint]) -> None:
        if self._fit.curve:
            self._sitting.keep(make, self._fit.curve)
