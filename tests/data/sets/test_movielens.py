from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from seqrec_bench.data import Dataset, Interactions, RawTags, prepare
from seqrec_bench.data.sets.movielens import read_csv, read_dat, read_ml_100k, read_ml_100k_of_recbole


def make_zip(members: Mapping[str, bytes]) -> ZipFile:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return ZipFile(buffer)


def to_rows(interactions: Interactions) -> list[tuple[str, str, float]]:
    users, items = interactions.user_ids[interactions.users], interactions.item_ids[interactions.items]
    return list(zip(users.tolist(), items.tolist(), interactions.times.tolist(), strict=True))


def test_both_layouts_of_100k_give_the_same_data(
    ml_100k: Dataset, recbole_folder: Path, grouplens_members: dict[str, bytes]
) -> None:
    with make_zip(grouplens_members) as archive:
        from_grouplens = prepare("ml-100k", *read_ml_100k(archive))
    from_recbole = prepare("ml-100k", *read_ml_100k_of_recbole(recbole_folder))
    assert from_grouplens.fingerprint == from_recbole.fingerprint == ml_100k.fingerprint
    assert from_grouplens.tags_fingerprint == from_recbole.tags_fingerprint == ml_100k.tags_fingerprint
    assert from_grouplens.item_titles == from_recbole.item_titles


def test_100k_is_read_from_its_members_alone() -> None:
    film = "7|Misérables, Les (1995)|01-Jan-1995||http://example.org|0|0|0|0|0|0|0|0|1|0|0|0|1|0|0|0|0|0|0\n"
    members = {
        "../u.data": b"damaged",
        "ml-100k/u.data": b"3\t7\t5\t880000000\n1\t7\t1\t870000000\n",
        "ml-100k/u.item": film.encode("latin-1"),
    }
    with make_zip(members) as archive:
        interactions, tags = read_ml_100k(archive)
    assert to_rows(interactions) == [("3", "7", 880_000_000), ("1", "7", 870_000_000)]
    assert tags == RawTags({"7": frozenset({"Drama", "Musical"})}, {"7": "Misérables, Les (1995)"})


def test_dat_files_are_read() -> None:
    members = {
        "ml/ratings.dat": b"1::1193::5::978300760\n1::661::3::978302109\n2::1193::0.5::978298413\n",
        "ml/movies.dat": "661::Amélie :: Twice (2001)::Animation|Children's\n1193::One (1975)::Drama\n".encode(
            "latin-1"
        ),
    }
    with make_zip(members) as archive:
        interactions, tags = read_dat(archive, "ml", "latin-1")
    assert to_rows(interactions) == [("1", "1193", 978300760), ("1", "661", 978302109), ("2", "1193", 978298413)]
    assert tags.tags == {"661": {"Animation", "Children's"}, "1193": {"Drama"}}
    assert tags.titles == {"661": "Amélie :: Twice (2001)", "1193": "One (1975)"}


def test_csv_files_are_read() -> None:
    members = {
        "ml/ratings.csv": b"userId,movieId,rating,timestamp\r\n1,2,3.5,1112486027\r\n1,29,3.5,1112484676\r\n",
        "ml/movies.csv": (
            'movieId,title,genres\r\n2,"Amélie, ""the"" film",Adventure|IMAX\r\n29,Two,(no genres listed)\r\n'
        ).encode(),
    }
    with make_zip(members) as archive:
        interactions, tags = read_csv(archive, "ml")
    assert to_rows(interactions) == [("1", "2", 1112486027), ("1", "29", 1112484676)]
    assert tags == RawTags(
        {"2": frozenset({"Adventure", "IMAX"}), "29": frozenset()}, {"2": 'Amélie, "the" film', "29": "Two"}
    )
