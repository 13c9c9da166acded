"""Declarations, of the bench and of throwaway distributions."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.data.sets.checksums import CHECKSUM
from seqrec_bench.data.sets.declaration import Checking, Family, NamedDataset
from seqrec_bench.data.sets.registry import (
    KIND,
    catalogue_size,
    declared,
    find_dataset,
    is_public,
    named_dataset,
    registered,
)
from seqrec_bench.data.sets.sources import ByHand, Download, RemoteFile
from seqrec_bench.errors import InputError

Install = Callable[..., None]

PLUG_IN = """
from seqrec_bench.data import NamedDataset
from seqrec_bench.data.sets.sources import Download, RemoteFile

source = Download("us", (RemoteFile("https://example.org/ours.csv", {checksum}),), None)
Plug = NamedDataset("{name}", 1, 2, 3, "any use", "nobody", source)
"""
ALL = [
    dataset
    for name in registered()
    for found in [declared(name)]
    for dataset in ([found.declare(member) for member in found.members] if isinstance(found, Family) else [found])
]


def install(install_plugin: Install, name: str = "ours", source: str = PLUG_IN, distribution: str = "theirs") -> None:
    install_plugin(distribution, name, source.format(name=name, checksum=None), group=KIND.group)


def test_those_of_the_bench_and_of_others_are_found(install_plugin: Install) -> None:
    assert not is_public("ours")
    install(install_plugin)
    assert {"ours", "ml-100k", "s3rec-beauty", "amazon2023"} <= set(registered())
    assert named_dataset("ours").url == "https://example.org/ours.csv"
    assert is_public("ours") and not is_public("ours-2")


def test_declarations_load_nothing_heavy() -> None:
    heavy = {"pandas", "pyarrow", "pooch", "requests", "natsort", "scipy", "torch"}
    code = (
        "import sys; from seqrec_bench.data.sets.registry import declared, registered\n"
        f"[declared(name) for name in registered()]; print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("dataset", ALL, ids=lambda dataset: dataset.name)
def test_every_data_set_says_what_it_has_to(dataset: NamedDataset) -> None:
    assert find_dataset(dataset.name) is not None
    assert re.fullmatch(r"https?://\S+", dataset.url)
    assert re.search(r"https://\S+$", dataset.citation)
    assert dataset.licence.endswith(".")
    counts = [dataset.n_users, dataset.n_items, dataset.n_interactions]
    assert all(count is None or count > 0 for count in counts)
    assert all(CHECKSUM.fullmatch(each) for source in dataset.sources for each in source.checksums.values() if each)
    assert not dataset.notes or dataset.notes.endswith(".")


def test_those_of_movielens_are_as_they_were() -> None:
    movielens = [dataset for dataset in ALL if dataset.name.startswith("ml-")]
    assert {dataset.name for dataset in movielens} == {"ml-100k", "ml-1m", "ml-10m", "ml-20m", "ml-25m", "ml-32m"}
    for dataset in movielens:
        assert dataset.url == f"https://files.grouplens.org/datasets/movielens/{dataset.name}.zip"
        assert dataset.checking is Checking.VERIFIED
        assert "10.1145/2827872" in dataset.citation
        assert "redistribution" in dataset.licence
        assert None not in (dataset.n_users, dataset.n_items)


@pytest.mark.parametrize(
    ("name", "checking", "address"),
    [
        ("amazon2014-Beauty", Checking.VERIFIED, "ratings_Beauty.csv"),
        ("amazon2014-5core-Beauty", Checking.UNVERIFIED, "reviews_Beauty_5.json.gz"),
        ("amazon2023-5core-All_Beauty", Checking.UNVERIFIED, "5core/rating_only/All_Beauty.csv.gz"),
        ("yambda-50m-likes", Checking.VERIFIED, "flat/50m/likes.parquet"),
        ("yambda-5b-likes", Checking.UNVERIFIED, "flat/5b/likes.parquet"),
        ("retailrocket", Checking.BY_HAND, "retailrocket/ecommerce-dataset"),
        ("lastfm-1k", Checking.VERIFIED, "lastfm-dataset-1K.tar.gz"),
    ],
)
def test_one_of_a_family_is_found_by_its_own_name(name: str, checking: Checking, address: str) -> None:
    dataset = named_dataset(name)
    assert (dataset.name, dataset.checking) == (name, checking)
    assert dataset.url.endswith(address)


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("ml-1k", "choose from amazon2014-CATEGORY, amazon2014-5core-CATEGORY, .*bert4rec-beauty, .*ml-100k, .*steam"),
        ("amazon2014-5core-Beaty", "choose from amazon2014-5core-Books, .*amazon2014-5core-Beauty"),
        ("amazon2014", "choose from amazon2014-Books, "),
        ("amazon2023-5core-Digital_Music", "choose from amazon2023-5core-All_Beauty, "),
        ("", "choose from amazon2014-CATEGORY"),
    ],
)
def test_an_unknown_name_gets_those_to_choose_from(name: str, choice: str) -> None:
    with pytest.raises(InputError, match=f"^No data set is called '{name}': {choice}.*--interactions FILE"):
        named_dataset(name)


def test_an_installation_from_before_there_were_any_is_told_of(declare: Callable[..., None]) -> None:
    declare()
    with pytest.raises(InputError, match=r"No data set is registered, ml-1m neither: .* install seqrec-bench again"):
        named_dataset("ml-1m")


def test_one_name_in_two_distributions_is_an_error(install_plugin: Install) -> None:
    install(install_plugin, "ml-100k")
    with pytest.raises(InputError, match=r"Two data sets are registered as 'ml-100k', by .*(theirs 1\.0|seqrec-bench)"):
        is_public("ml-1m")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("import NamedDataset", "import NamedDatast"), r"can't be imported from \S+ \(ImportError: "),
        (('Plug = NamedDataset("{name}"', 'Plug = NamedDataset("other"'), "calls itself 'other': register it under"),
        (("Plug = NamedDataset(", "Plug = dict(a=("), r"can't be imported from \S+ \(SyntaxError"),
        (("source)\n", "source).name\n"), "is a str, and neither a NamedDataset nor a Family: see docs/data-sets.md"),
        (("{checksum}", "'sha256:12'"), r"\(ValueError: the checksum of ours.csv is 'sha256:12', and not sha256: or"),
        (("https://example.org/", "ftp://example.org/"), r"\(ValueError: 'ftp://example.org/ours.csv' is no address"),
        (("/ours.csv", "/ours.csv?x"), r"\(ValueError: 'ours.csv\?x' can't be a file's name in the cache"),
        (('"{name}", 1,', '"{name}", 1.5,'), r"\(ValueError: a count is 1.5, and not a whole number or None\)"),
        (('"any use"', "None"), r"\(ValueError: a text is None\)"),
        (("from seqrec", "raise SystemExit(0)\nfrom seqrec"), r"can't be imported from \S+ \(SystemExit: 0\)"),
    ],
)
def test_a_broken_declaration_is_named_with_the_reason(
    install_plugin: Install, change: tuple[str, str], complaint: str
) -> None:
    assert change[0] in PLUG_IN
    install(install_plugin, source=PLUG_IN.replace(*change))
    with pytest.raises(InputError, match=rf"^The data set 'ours' of the distribution theirs 1\.0 .*{complaint}"):
        named_dataset("ours")
    assert is_public("ml-100k")  # nobody else is kept from theirs
    with pytest.raises(InputError, match=r"No data set is called 'x': choose from .*ml-100k"):
        named_dataset("x")


def test_a_name_that_is_no_part_of_a_path_is_refused() -> None:
    source = Download("us", (), lambda folder: None)  # type: ignore[arg-type, return-value]
    for name in ("../x", "a b", ""):
        with pytest.raises(ValueError, match="can't be part of a path"):
            NamedDataset(name, 1, 1, 1, "", "", source)
        with pytest.raises(ValueError, match="can't be part of a path"):
            Family("f", (name,), "X", "https://example.org/X", lambda member: ALL[0])


def test_a_file_has_the_name_that_its_address_ends_in_or_another() -> None:
    assert RemoteFile("https://example.org/a/b.csv").name == "b.csv"
    assert RemoteFile("https://example.org/a?b=1", saved_as="b.csv").name == "b.csv"
    with pytest.raises(ValueError, match="no address of the web"):
        ByHand("us", "example.org", {}, lambda folder: None, "go there")  # type: ignore[arg-type, return-value]


def test_to_know_a_catalogue_no_plug_in_is_run(install_plugin: Install, tmp_path: Path) -> None:
    install(install_plugin, source=f"open({str(tmp_path / 'ran')!r}, 'w')\n{PLUG_IN}")
    assert catalogue_size("ml-1m") == 3_706
    assert catalogue_size("s3rec-yelp") == 20_033
    assert catalogue_size("amazon2014-Beauty") is catalogue_size("mine") is catalogue_size("ours") is None
    assert not (tmp_path / "ran").exists()
