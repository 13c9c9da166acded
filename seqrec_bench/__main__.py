"""The command `seqrec-bench`, also as `python -m seqrec_bench`; Ctrl-C ends it without a traceback at any moment."""

import signal

from seqrec_bench.supervision import supervise


def main() -> None:
    """Runs the command line, in a process that is waited for.

    While it is imported, and once all is done, Ctrl-C simply ends the process.
    """
    hears_interrupts = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if hears_interrupts:  # it is ignored where a shell has put this behind
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    supervise(lambda: _run(hears_interrupts))


def _run(hears_interrupts: bool) -> None:
    from seqrec_bench.cli.main import main as run_command

    if hears_interrupts:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run_command()
    finally:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
