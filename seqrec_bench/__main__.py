"""The command `seqrec-bench`, also as `python -m seqrec_bench`; Ctrl-C ends it without a traceback at any moment."""

import signal


def main() -> None:
    """Runs the command line. While it is imported, and once all is done, Ctrl-C simply ends the process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it is ignored where a shell has put this behind
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        from seqrec_bench.cli.main import main as run_command

        signal.signal(signal.SIGINT, signal.default_int_handler)
    else:
        from seqrec_bench.cli.main import main as run_command
    try:
        run_command()
    finally:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
