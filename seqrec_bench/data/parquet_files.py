"""Parquet files, read in the thread that asks for them: no thread of Arrow's is left when one is refused."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqrec_bench.errors import InputError


def read_parquet(path: Path, choose: Callable[[Sequence[str]], Sequence[str]]) -> Any:
    """Returns a ``pyarrow.Table`` of the columns that are chosen among the names, in the file's order.

    Raises:
        InputError: The file is damaged; and whatever `choose` raises.
    """
    from pyarrow import parquet

    with path.open("rb") as file:
        with _damage_refused(path):
            content = parquet.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
            names: list[str] = content.schema_arrow.names
        chosen = choose(names)
        with _damage_refused(path):
            return content.read(columns=list(chosen), use_threads=False)


@contextmanager
def _damage_refused(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except pa.ArrowNotImplementedError as error:  # polars' integers of 128 bits, for one
        raise InputError(
            f"{path} has something that can't be read ({error}): cast it before the file is written, ids to text for "
            "example."
        ) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read as Parquet ({error}): give an undamaged file.") from error
