"""The data that a command works on with a study: all of the study's, unless options name others."""

from collections.abc import Sequence
from pathlib import Path

from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.studies.study import DataFile, Study, name_of
from seqrec_bench.text import one_line


def options_of(study: Study, data: str | DataFile) -> DataOptions:
    """What names these data on the command line."""
    if isinstance(data, str):
        return DataOptions(dataset=data)
    return DataOptions(
        interactions=_beside(study, data.interactions),
        train_file=_beside(study, data.train),
        validation_file=_beside(study, data.validation),
        test_file=_beside(study, data.test),
        tags=_beside(study, data.tags),
        user_column=data.user_column,
        item_column=data.item_column,
        time_column=data.time_column,
        data_name=data.name,
        layout=data.layout,
        separator=data.separator,
        no_header=data.no_header,
        no_times=data.no_times,
        quoting=data.quoting,
        ids_as_written=data.ids_as_written,
        drop_negative_rows=data.drop_negative_rows,
    )


def _beside(study: Study, path: str | None) -> Path | None:
    return None if path is None else study.folder / path


def choose_data(asked: DataOptions, study: Study | None) -> list[DataOptions]:
    """Those that are asked for, of which a study's may be named by ``--dataset``; else all of the study's.

    Raises:
        InputError: Files of the study are not there.
    """
    if study is None or (asked != DataOptions() and asked != DataOptions(dataset=asked.dataset)):
        return [asked]
    chosen = [options_of(study, data) for data in study.datasets if asked.dataset in (None, name_of(data))]
    _require_there(chosen, study)
    return chosen or [asked]


def load_data(chosen: Sequence[DataOptions]) -> list[Dataset]:
    """All of them, one after another; public ones are fetched where they are not in the cache."""
    return [data.load() for data in chosen]


def _require_there(chosen: Sequence[DataOptions], study: Study) -> None:
    """All files are there: what is missing shows before anything is read, fetched or run."""
    files = [path for data in chosen for path in (*data.files.values(), data.tags) if path]
    absent = ", ".join(str(path) for path in files if not path.exists())
    if absent:
        raise InputError(
            f"The study {study.name} names files that are not there: {one_line(absent)}. Put them there, since places "
            "are relative to the study's file, or name one of its data sets that is there with --dataset."
        )
