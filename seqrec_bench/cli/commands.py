"""The commands by name, each imported only once it is called: help starts at once, whatever the others need."""

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from typer import Typer, style
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from seqrec_bench.errors import BenchError, ExitCode, in_words

_START, _RUN, _SHOW, _JUDGE = "Start", "Run", "Show", "Judge"


class EndedEarlyError(BenchError):
    """Code that a command calls wanted the process to end: no result has come of it."""

    exit_code = ExitCode.INTERNAL_ERROR


@dataclass(frozen=True)
class Command:
    """What is known of a command before its module is imported."""

    group: str
    """The heading beside which help lists it."""
    place: str
    """``module:attribute`` in `seqrec_bench.cli`: the function, or the `Typer` of its subcommands."""
    help: str
    """At most 61 characters, so that help has a line for each command, and fits a screen."""


COMMANDS = {
    "doctor": Command(_START, "doctor:doctor", "Says what is here and what is missing, and how to mend it."),
    "models": Command(_START, "models:models", "Lists the models, or shows one: paper, settings, parameters."),
    "data": Command(_START, "data:app", "Fetches, describes, lists and exports data sets."),
    "new": Command(_START, "new:new", "Writes a model or a study of your own to begin with."),
    "run": Command(_RUN, "run:run", "Trains and tests models and stores records; resumes."),
    "status": Command(_RUN, "status:status", "Says which cells are done, running, stale or missing."),
    "search": Command(_RUN, "search:search", "Tries settings and chooses on validation; logs every trial."),
    "score": Command(_RUN, "score:score", "Ranks by the scores of a system that the bench does not run."),
    "report": Command(_SHOW, "report:report", "Writes all that records show as HTML, Markdown or LaTeX."),
    "table": Command(_SHOW, "table:table", "Prints Table 1: reported and reproduced, with intervals."),
    "plot": Command(_SHOW, "plot:plot", "Draws Figures 1 and 2, the metrics over the dimension."),
    "ablations": Command(_SHOW, "ablations:ablations", "Prints what each part of a model is worth."),
    "audit": Command(_SHOW, "audit:audit", "Prints how conclusions depend on the protocol."),
    "trials": Command(_SHOW, "trials:trials", "Prints every trial of a search and which one was chosen."),
    "explain": Command(_SHOW, "explain:explain", "Shows what a model recommends to a user, and why."),
    "compare": Command(_JUDGE, "compare:compare", "Says whether one model is better than others."),
    "claims": Command(_JUDGE, "claims:claims", "Says of each claim of the paper whether it holds here."),
    "check": Command(_JUDGE, "check:check", "Says by its exit code whether records reproduce or regressed."),
    "conform": Command(_JUDGE, "conform:conform", "Says check by check whether a model keeps the contract."),
    "verify": Command(_JUDGE, "verify:verify", "Says whether records can be trusted; runs some of them again."),
    "attack": Command(_JUDGE, "attack:attack", "Attacks the evaluator or a model where the outcome is known."),
}


class LazyGroup(TyperGroup):
    """The commands of `COMMANDS`: outlines of them in lists, and the command itself once it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update({name: _outline(name, command) for name, command in COMMANDS.items()})

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes a line for each command, so that all of them and a prompt fit a screen of 24 lines and 80 columns."""
        usage = " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])
        formatter.write(f"Usage: {usage}   Of a command: COMMAND --help\n")
        last = ""
        for name, command in COMMANDS.items():
            heading, last = command.group if command.group != last else "", command.group
            formatter.write(f"{_styled(f'{heading:8}', bold=True)}{_styled(f'{name:11}', fg='cyan')}{command.help}\n")
        options = ", ".join(max(option.opts, key=len) for option in self.get_params(ctx))
        formatter.write(f"{_styled('Options ', bold=True)}{options}\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name in COMMANDS else command, rest

    def invoke(self, ctx: Any) -> Any:
        """Raises `EndedEarlyError` for what would end the process in the middle of a command: none of them does so."""
        try:
            return super().invoke(ctx)
        except SystemExit as end:
            raise EndedEarlyError(
                f"Something has called for the end of the process ({in_words(end)}) before the command was done."
            ) from end


def load_command(name: str) -> Any:
    """Imports the command of that name."""
    module, _, attribute = COMMANDS[name].place.partition(":")
    found = getattr(import_module(f"seqrec_bench.cli.{module}"), attribute)
    if isinstance(found, Typer):
        return get_command(found)
    alone = Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)


def _outline(name: str, command: Command) -> TyperCommand:
    return TyperCommand(name, help=command.help)


def _styled(text: str, **how: Any) -> str:
    """The text in colour, for a terminal; the user's NO_COLOR is not known to the option that shows help."""
    return text if os.environ.get("NO_COLOR") else style(text, **how)
