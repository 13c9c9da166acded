"""The command line: commands without logic, and the one place where errors become sentences and exit codes."""

import sys
import traceback

import typer

from seqrec_bench.cli import data
from seqrec_bench.cli.ablations import ablations
from seqrec_bench.cli.attack import attack
from seqrec_bench.cli.audit import audit
from seqrec_bench.cli.check import check
from seqrec_bench.cli.claims import claims
from seqrec_bench.cli.compare import compare
from seqrec_bench.cli.plot import plot
from seqrec_bench.cli.run import run
from seqrec_bench.cli.search import search
from seqrec_bench.cli.table import table
from seqrec_bench.cli.trials import trials
from seqrec_bench.cli.verify import verify
from seqrec_bench.errors import BenchError, ExitCode

app = typer.Typer(
    name="seqrec-bench",
    help="An honest bench for sequential recommendation: one split, one evaluator, intervals over seeds.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(data.app, name="data")
app.command()(run)
app.command()(table)
app.command()(plot)
app.command()(ablations)
app.command()(compare)
app.command()(audit)
app.command()(claims)
app.command()(check)
app.command()(search)
app.command()(trials)
app.command()(attack)
app.command()(verify)


@app.callback()
def _options(debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error.")) -> None:
    """Options of every command; `main` looks for --debug itself, since errors end up there."""


def main() -> None:
    """Runs the command line and ends the process with a code of `ExitCode`."""
    try:
        code = app(standalone_mode=False)
    except Exception as error:
        code = _explain(error)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except SystemExit:  # what typer does when nobody reads the output any more
        code = ExitCode.INTERRUPTED
    sys.exit(code if isinstance(code, int) else ExitCode.DONE)


def _explain(error: Exception) -> int:
    """Puts the error into one line on standard error and returns its exit code."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    message, code = _describe(error)
    if message:
        typer.echo(f"Error: {message}", err=True)
    return code


def _describe(error: Exception) -> tuple[str, int]:
    """One sentence about the error, and its exit code."""
    if isinstance(error, BenchError):
        return str(error), error.exit_code
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # click's own usage errors
        return error.format_message(), ExitCode.BAD_INPUT
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} can't be used ({error.strerror}): name another, or mend it.", ExitCode.BAD_INPUT
    details = f"{type(error).__name__}: {error}; `seqrec-bench --debug ...` shows where"
    return f"this is a fault of the bench, please report it ({details}).", ExitCode.INTERNAL_ERROR
