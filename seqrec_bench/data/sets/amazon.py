"""Amazon's reviews as the group of Julian McAuley has collected them, by category, in three editions.

Each edition is there with all its ratings and as a 5-core, in which every user and item has 5 reviews of the category.
The addresses are those of its pages (and of LensKit's `fetch`); the checksums of the ratings, in ``amazon.sha256``, are
those that OmniRec 1.1.0 has. One of them, that of 2014's Beauty, somebody else has published too.
"""

from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import COMMAS
from seqrec_bench.data.reading.json_lines import read_json_lines
from seqrec_bench.data.sets.declaration import Family, NamedDataset
from seqrec_bench.data.sets.reading import read_rows
from seqrec_bench.data.sets.sources import Download, RemoteFile
from seqrec_bench.data.sets.unpacking import opened

SNAP = "https://snap.stanford.edu/data/amazon/productGraph/categoryFiles/"
UCSD = "https://mcauleylab.ucsd.edu/public_datasets/data/"
LICENCE = "its authors assign none: for research; cite the paper."
HE_2016 = (
    "Ruining He and Julian McAuley. 2016. Ups and Downs: Modeling the Visual Evolution of Fashion Trends with "
    "One-Class Collaborative Filtering. WWW. https://doi.org/10.1145/2872427.2883037"
)
NI_2019 = (
    "Jianmo Ni, Jiacheng Li and Julian McAuley. 2019. Justifying Recommendations using Distantly-Labeled Reviews and "
    "Fine-Grained Aspects. EMNLP-IJCNLP. https://doi.org/10.18653/v1/D19-1018"
)
HOU_2024 = (
    "Yupeng Hou et al. 2024. Bridging Language and Items for Retrieval and Recommendation. "
    "https://arxiv.org/abs/2403.03952"
)
DAYS = "A review is an interaction, whatever its rating. Times are days, so many are in no order but the file's."
REPEATS = "Some users have reviewed an item more than once."
MILLISECONDS = (
    "A review is an interaction, whatever its rating; of several of one item, a user's first. Times are milliseconds."
)
MOST_UNPACKED = 2**36
"""Bytes: of the greatest category, with the texts of its reviews, and to spare."""

# Of the other categories nothing is left in a 5-core (amazon-reviews-2023.github.io/data_processing/5core.html).
CATEGORIES_2023_5CORE = (
    "All_Beauty",
    "Arts_Crafts_and_Sewing",
    "Automotive",
    "Baby_Products",
    "Beauty_and_Personal_Care",
    "Books",
    "CDs_and_Vinyl",
    "Cell_Phones_and_Accessories",
    "Clothing_Shoes_and_Jewelry",
    "Electronics",
    "Gift_Cards",
    "Grocery_and_Gourmet_Food",
    "Health_and_Household",
    "Home_and_Kitchen",
    "Industrial_and_Scientific",
    "Kindle_Store",
    "Magazine_Subscriptions",
    "Movies_and_TV",
    "Musical_Instruments",
    "Office_Products",
    "Patio_Lawn_and_Garden",
    "Pet_Supplies",
    "Software",
    "Sports_and_Outdoors",
    "Tools_and_Home_Improvement",
    "Toys_and_Games",
    "Video_Games",
    "Unknown",
)


@cache
def checksums(edition: str) -> dict[str, str]:
    """The sha256 of an edition's ratings by category."""
    lines = files("seqrec_bench.data.sets").joinpath("amazon.sha256").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("  ") for line in lines]
    return {name.removeprefix(f"{edition}-"): f"sha256:{sha}" for sha, name in pairs if name.startswith(f"{edition}-")}


def read_reviews(folder: Path, file: str) -> RawData:
    """Reads a review a line as an object of JSON, with the keys of 2014 and 2018.

    Raises:
        InputError: As for `read_json_lines`, `interactions_from_table` and `opened`.
    """
    chosen = ChosenColumns("reviewerID", "asin", "unixReviewTime")
    place = str(folder / file)
    with opened(folder / file, most_bytes=MOST_UNPACKED) as source:
        table = read_json_lines(source, lambda keys: chosen.names, place)
    return interactions_from_table(table, chosen, place), None


def read_ratings(folder: Path, file: str, names: tuple[str, ...], has_header: bool = False) -> RawData:
    """Reads a rating a row, with commas, and the names of the columns, which are in the order of 2014, 2018 or 2023.

    Raises:
        InputError: As for `read_rows`.
    """
    user, item = ("user_id", "parent_asin") if "parent_asin" in names else ("user", "item")
    return read_rows(folder, file, COMMAS, names, ChosenColumns(user, item, "timestamp"), has_header, MOST_UNPACKED)


def _family(
    name: str,
    categories: tuple[str, ...],
    address: str,
    most_bytes: int,
    layout: Callable[..., RawData],
    citation: str,
    notes: str,
) -> Family:
    """The categories of an edition.

    Args:
        address: With CATEGORY in the place of a category.
        layout: Reads the folder with this one file, whose name is the second argument.
    """

    def declare(category: str) -> NamedDataset:
        url = address.replace("CATEGORY", category)
        file = RemoteFile(url, checksums(name).get(category), most_bytes)
        source = Download("the group of Julian McAuley", (file,), partial(layout, file=file.name))
        return NamedDataset(f"{name}-{category}", None, None, None, LICENCE, citation, source, notes=notes)

    return Family(name, categories, "CATEGORY", address, declare)


AMAZON_2014 = _family(
    "amazon2014",
    tuple(checksums("amazon2014")),
    f"{SNAP}ratings_CATEGORY.csv",
    2**31,
    partial(read_ratings, names=("user", "item", "rating", "timestamp")),
    HE_2016,
    f"{DAYS} {REPEATS}",
)
AMAZON_2014_5CORE = _family(
    "amazon2014-5core",
    tuple(checksums("amazon2014")),
    f"{SNAP}reviews_CATEGORY_5.json.gz",
    2**32,
    read_reviews,
    HE_2016,
    DAYS,
)
AMAZON_2018 = _family(
    "amazon2018",
    tuple(checksums("amazon2018")),
    f"{UCSD}amazon_v2/categoryFilesSmall/CATEGORY.csv",
    2**32,
    partial(read_ratings, names=("item", "user", "rating", "timestamp")),
    NI_2019,
    f"{DAYS} {REPEATS}",
)
AMAZON_2018_5CORE = _family(
    "amazon2018-5core",
    tuple(checksums("amazon2018")),
    f"{UCSD}amazon_v2/categoryFilesSmall/CATEGORY_5.json.gz",
    2**34,
    read_reviews,
    NI_2019,
    f"{DAYS} {REPEATS}",
)
AMAZON_2023 = _family(
    "amazon2023",
    tuple(checksums("amazon2023")),
    f"{UCSD}amazon_2023/benchmark/0core/rating_only/CATEGORY.csv.gz",
    2**32,
    partial(read_ratings, names=("user_id", "parent_asin", "rating", "timestamp"), has_header=True),
    HOU_2024,
    MILLISECONDS,
)
AMAZON_2023_5CORE = _family(
    "amazon2023-5core",
    CATEGORIES_2023_5CORE,
    f"{UCSD}amazon_2023/benchmark/5core/rating_only/CATEGORY.csv.gz",
    2**32,
    partial(read_ratings, names=("user_id", "parent_asin", "rating", "timestamp"), has_header=True),
    HOU_2024,
    MILLISECONDS,
)
