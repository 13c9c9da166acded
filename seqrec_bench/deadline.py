"""Work that is not waited for longer than so many seconds, whatever it waits for itself."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def in_time(work: Callable[[], Result], seconds: float) -> Result:
    """Does the work in a thread of its own, and returns or raises what it does.

    Raises:
        TimeoutError: It was not done after so long. The thread is left to itself, and ends with the process at the
            latest.
    """
    done: Future[Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # whatever it is, it is raised where the work is waited for
            done.set_exception(error)

    Thread(target=run, name="in time", daemon=True).start()
    return done.result(timeout=seconds)
