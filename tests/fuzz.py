"""Gives bytes to the readers and to the record loader, guided by the lines that they reach: the checks of test_fuzz.py.

    python tests/fuzz.py interactions|tags|records FOLDER [libFuzzer options, such as -max_total_time=180]

The folder keeps what has reached new lines, for the next time. `make fuzz` runs all three; docs/input.md has an
outcome.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).with_name("hard_input")))
with atheris.instrument_imports(include=["seqrec_bench"]):
    import test_fuzz as checks

    from seqrec_bench.records import Store


def file_target(
    folder: Path, check: Callable[[Path], None], suffixes: list[str], *seeds: bytes
) -> tuple[Callable[[bytes], None], list[bytes]]:
    """A check of files of several kinds, which the first byte chooses, and where to begin for each."""

    def run(content: bytes) -> None:
        path = folder / f"f{suffixes[content[0] % len(suffixes)] if content else '.csv'}"
        path.write_bytes(content[1:])
        check(path)

    def begin(suffix: str) -> list[bytes]:
        return [checks.a_parquet_file()] if suffix == ".parquet" else [checks.packed(seed, suffix) for seed in seeds]

    return run, [bytes([number]) + seed for number, suffix in enumerate(suffixes) for seed in begin(suffix)]


def record_target(folder: Path) -> tuple[Callable[[bytes], None], list[bytes]]:
    """A check of records: of any bytes, or of a record with other values, which the bytes choose."""
    store, record = Store(folder), checks.a_record()
    good = store.save(record).read_bytes()

    def run(content: bytes) -> None:
        if not content.startswith(b"{"):
            choices = atheris.FuzzedDataProvider(content)
            values = [
                (choices.ConsumeIntInRange(0, 99), choices.PickValueInList(checks.VALUES))
                for _ in range(choices.ConsumeIntInRange(1, 3))
            ]
            content = checks.with_values(good, values)
        checks.check_record(store, record.key, content)

    return run, [good, bytes(range(9))]


def quoted(token: bytes) -> str:
    """A line of a libFuzzer dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n'


def main() -> None:
    target, corpus, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if target == "interactions":
            run, seeds = file_target(
                folder, checks.check_interactions, checks.SUFFIXES, checks.INTERACTIONS, checks.DATED
            )
        elif target == "tags":
            run, seeds = file_target(folder, checks.check_tags, checks.TAG_SUFFIXES, checks.TAGS)
        else:
            run, seeds = record_target(folder)
        Path(corpus).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        dictionary = folder / "tokens"
        dictionary.write_text("".join(map(quoted, checks.TOKENS)))
        atheris.Setup([sys.argv[0], corpus, f"-dict={dictionary}", *options], run)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
