"""Where cells go that have finished when the results directory can't be written any more: nothing that ran is lost."""

import errno
import shlex
import tempfile
from pathlib import Path

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import State
from seqrec_bench.records import Record, Store, TopLists

_FULL = {errno.ENOSPC, errno.EDQUOT}


class Rescue:
    """A directory under that for temporary files, laid out as results are; made when it is first needed."""

    def __init__(self, results: Path) -> None:
        """
        Args:
            results: The directory that can't be written.
        """
        self._results = results
        self._store: Store | None = None
        self._kept: list[str] = []
        self._lost: list[str] = []

    def keep(self, record: Record, weights: State | None, top: TopLists | None = None) -> None:
        """Keeps the record with its weights, or at least without, or notes that there is no room for that either."""
        name = str(record.key)
        try:
            store = self._open()
            try:
                store.save(record, weights, top)
            except OSError:  # weights are large, and figures come from the record alone
                store.save(record, top=top)
                name += " without its weights"
        except OSError:
            self._lost.append(name)
        else:
            self._kept.append(name)

    def explain(self, fault: OSError) -> InputError:
        """The one sentence that the run ends with."""
        parts = [f"Results can't be written to {self._results} any more ({fault.strerror}), so the run was stopped"]
        mend = "make room there" if fault.errno in _FULL else "see to that directory"
        if self._store and self._kept:
            folder, results = shlex.quote(f"{self._store.root}/."), shlex.quote(str(self._results))
            parts.append(f"what had just finished is kept in {self._store.root} ({', '.join(self._kept)})")
            mend += f", bring that in by `cp -R {folder} {results}`"
        if self._lost:
            temporary = tempfile.gettempdir()
            parts.append(f"{', '.join(self._lost)} had just finished, but there was no room in {temporary} either")
        return InputError(f"{'; '.join(parts)}: {mend}, and the same command goes on from there.")

    def _open(self) -> Store:
        if self._store is None:
            self._store = Store(Path(tempfile.mkdtemp(prefix="seqrec-bench-rescued-")))
        return self._store
