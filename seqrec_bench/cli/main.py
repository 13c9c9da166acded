"""The command line: commands without logic, and the one place where errors become sentences and exit codes."""

import errno
import logging
import os
import sys
import traceback
from contextlib import suppress

import typer

from seqrec_bench import __version__, supervision
from seqrec_bench.cli.commands import LazyGroup
from seqrec_bench.cli.streams import own_streams
from seqrec_bench.errors import BenchError, ExitCode, in_words
from seqrec_bench.text import one_line, printable

app = typer.Typer(
    name="seqrec-bench",
    cls=LazyGroup,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_STEPS = {
    "See whether all is here that it takes, and which models there are": ["doctor", "models"],
    "Compare two models on MovieLens 100K, in a minute or two": [
        "run --models sequential-rules,fpmc --seeds 0-2",
        "compare fpmc sequential-rules",
        "report",
    ],
    "Reproduce the paper: its Table 1 first, in minutes, then the rest, in hours": ["run --all", "table"],
    "Look at what is committed, if this is a clone": [
        "table --results results",
        "claims --results results",
        "check --results results",
    ],
}


@app.callback()
def _options(
    context: typer.Context,
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    """Options of every command; `main` looks for --debug itself, since errors end up there."""
    if os.environ.get("NO_COLOR"):
        context.color = False
    if version:
        typer.echo(f"seqrec-bench {__version__}")
        raise typer.Exit
    logger = logging.getLogger("seqrec_bench")
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    if not any(isinstance(handler, _StandardError) for handler in logger.handlers):
        logger.addHandler(_StandardError())
    if context.invoked_subcommand is None:
        _show_first_steps()


def _show_first_steps() -> None:
    """Prints what to do first, each step with its commands."""
    typer.echo(f"seqrec-bench {__version__}: an honest bench for sequential recommendation.")
    for step, commands in _STEPS.items():
        typer.echo(f"\n{step}:")
        for command in commands:
            typer.echo(typer.style(f"  seqrec-bench {command}", fg=typer.colors.CYAN))
    typer.echo("\nAll commands: seqrec-bench --help. Tab completes them after: seqrec-bench --install-completion.")


class _StandardError(logging.Handler):
    """What the floors below have to say while they work, a line each; a traceback, told with --debug, has several."""

    def emit(self, record: logging.LogRecord) -> None:
        lines = record.getMessage().splitlines() if record.levelno == logging.DEBUG else [record.getMessage()]
        for line in lines:
            typer.echo(printable(line), err=True)


def main() -> None:
    """Runs the command line and ends the process with a code of `ExitCode`."""
    own_streams()
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        code = _explain(error)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except SystemExit as end:  # typer's own: 0 once it has shown a shell's completion, 1 for a pipe that broke
        code = ExitCode.INTERRUPTED if end.code else ExitCode.DONE
    code = code if isinstance(code, int) else ExitCode.DONE
    with suppress(OSError):  # told of already
        sys.stdout.flush()
    supervision.report(code)
    supervision.end_soon()
    sys.exit(code)


def _explain(error: Exception) -> int:
    """Puts the error into one line on standard error and returns its exit code."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    message, code = _describe(error)
    if message:
        with suppress(OSError):  # the log's disk may be full, which may be the very error
            typer.echo(f"Error: {one_line(message)}", err=True)
    return code


def _describe(error: Exception) -> tuple[str, int]:
    """One sentence about the error, and its exit code."""
    if isinstance(error, BenchError):
        return str(error), error.exit_code
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # click's own usage errors
        return error.format_message().replace(": Value error, ", ": "), ExitCode.BAD_INPUT  # the words are pydantic's
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} can't be used ({error.strerror}): name another, or mend it.", ExitCode.BAD_INPUT
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({error.strerror}): make room, or name another place.", ExitCode.BAD_INPUT
    if isinstance(error, FileNotFoundError) and "temporary directory" in str(error):  # tempfile's
        return f"{error.strerror}: name a directory that can be written to in TMPDIR.", ExitCode.BAD_INPUT
    details = f"{in_words(error)}; `seqrec-bench --debug ...` shows where"
    return f"this is a fault of the bench, please report it ({details}).", ExitCode.INTERNAL_ERROR
