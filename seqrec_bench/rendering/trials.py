"""What was tried in a search for settings, and what was chosen: from the logs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from seqrec_bench.records.search_log import Trial, best_trial
from seqrec_bench.rendering.json_text import json_text
from seqrec_bench.rendering.markdown import escape_markdown, markdown_table, number


def trials_markdown(logs: Mapping[str, Sequence[Trial]]) -> str:
    """A table for each model, one line a trial; what is chosen is bold, and later trials name only what they change.

    Args:
        logs: The trials by model; a model must have one.
    """
    return "\n\n".join(f"{escape_markdown(model)}:\n\n{_table(trials)}" for model, trials in logs.items()) + "\n"


def trials_json(logs: Mapping[str, Sequence[Trial]]) -> str:
    """Every trial by model, as the logs have it, and whether it is the one that is chosen."""
    found = {
        model: [{**asdict(trial), "chosen": trial is best_trial(trials)} for trial in trials]
        for model, trials in logs.items()
    }
    return json_text(found)


def _table(trials: Sequence[Trial]) -> str:
    chosen = best_trial(trials)
    lines = [["settings", f"validation {trials[0].selection}", "epoch", "minutes"]]
    for trial in trials:
        settings = ", ".join(f"{key} = {value}" for key, value in _shown(trials[0], trial).items())
        figure = "failed" if trial.value is None else number(trial.value)
        mark = "**" if trial is chosen else ""
        epoch = "" if trial.epoch is None else str(trial.epoch)
        lines.append([escape_markdown(settings), f"{mark}{figure}{mark}", epoch, f"{trial.seconds / 60:.1f}"])
    return markdown_table(lines)


def _shown(first: Trial, trial: Trial) -> Mapping[str, object]:
    """All settings of the first trial, and of a later one what it has otherwise."""
    later = {key: value for key, value in trial.settings.items() if value != first.settings[key]}
    return first.settings if trial is first else later
