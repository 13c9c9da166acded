"""What was tried in a search for settings, and what was chosen: from the logs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from seqrec_bench.analysis.cautions import learning_notes
from seqrec_bench.evaluation.training_end import TrainingEnd
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.records.search_log import Trial, best_trial
from seqrec_bench.rendering.blocks import Block, Grid, Notes, Verbatim, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import escape_markdown, number


def trials_document(logs: Mapping[str, Sequence[Trial]]) -> Document:
    """A table for each model, one line a trial; what is chosen is bold, and later trials name only what they change.

    Args:
        logs: The trials by model; a model must have one.
    """
    blocks: list[Block] = []
    for model, trials in logs.items():
        blocks += [Verbatim(f"{escape_markdown(model)}:"), _grid(model, trials)]
        ends = (TrainingEnd(model, PAPER_VARIANT, trial.allowed, trial.epoch) for trial in trials if trial.epoch)
        if notes := learning_notes(ends, of="trials"):
            blocks.append(Notes(notes))
    fields = {
        model: [{**asdict(trial), "chosen": trial is best_trial(trials)} for trial in trials]
        for model, trials in logs.items()
    }
    return Document(blocks, fields)


def _grid(model: str, trials: Sequence[Trial]) -> Grid:
    chosen = best_trial(trials)
    rows = []
    for trial in trials:
        settings = ", ".join(f"{key} = {value}" for key, value in _shown(trials[0], trial).items())
        figure = "failed" if trial.value is None else number(trial.value)
        epoch = "" if trial.epoch is None else str(trial.epoch)
        rows.append([settings, figure, epoch, f"{trial.seconds / 60:.1f}"])
    return Grid(
        f"Trials of {model}",
        [*words("settings"), *numbers(f"validation {trials[0].selection}", "epoch", "minutes")],
        rows,
        bold=[(row, 1) for row, trial in enumerate(trials) if trial is chosen],
    )


def _shown(first: Trial, trial: Trial) -> Mapping[str, object]:
    """All settings of the first trial, and of a later one what it has otherwise."""
    later = {key: value for key, value in trial.settings.items() if value != first.settings[key]}
    return first.settings if trial is first else later
