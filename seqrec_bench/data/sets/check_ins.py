"""Check-ins at places: Gowalla, and Foursquare in New York and Tokyo."""

import io
from functools import partial
from pathlib import Path

from seqrec_bench.data.interactions import RawData, RawTags
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import UNQUOTED_TABS, read_columns
from seqrec_bench.data.sets.declaration import NamedDataset
from seqrec_bench.data.sets.reading import read_rows
from seqrec_bench.data.sets.sources import Download, RemoteFile
from seqrec_bench.data.sets.unpacking import opened

CHECK_IN = ChosenColumns("user", "place", "time")

# The file's name, columns and number of check-ins (6,442,890) are those of SNAP's page loc-Gowalla; its size and the
# counts here, which are of the file, DataRec 1.5.7 has (`gowalla_checkins.yml`), the sha256 OmniRec 1.1.0.
GOWALLA = NamedDataset(
    "gowalla",
    107_092,
    1_280_969,
    6_442_892,
    "not known; cite the paper.",
    "Eunjoon Cho, Seth A. Myers and Jure Leskovec. 2011. Friendship and Mobility: User Movement in Location-Based "
    "Social Networks. KDD. https://doi.org/10.1145/2020408.2020579",
    Download(
        "SNAP",
        (
            RemoteFile(
                "https://snap.stanford.edu/data/loc-gowalla_totalCheckins.txt.gz",
                "sha256:c1c3e19effba649b6c89aeab3c1f9459fad88cfdc2b460fc70fd54e295d83ea0",
                105_470_044,
            ),
        ),
        partial(
            read_rows,
            file="loc-gowalla_totalCheckins.txt.gz",
            layout=UNQUOTED_TABS,
            names=("user", "time", "latitude", "longitude", "place"),
            chosen=CHECK_IN,
        ),
    ),
    notes="A check-in is an interaction, and people go to a place again and again. The file has each user's latest "
    "check-in first, so those of one second are in the opposite order.",
)

FOURSQUARE_COLUMNS = ("user", "place", "category_id", "category", "latitude", "longitude", "offset", "time")
FOURSQUARE_ZIP = "dataset_tsmc2014.zip"
MOST_FOURSQUARE = 2**27


def read_foursquare(folder: Path, city: str) -> RawData:
    """Reads a city's check-ins, tab-separated in Latin-1, out of the archive; a place's category is its tag.

    Raises:
        InputError: The archive or a row in it is not as it has to be.
    """
    member = f"dataset_tsmc2014/dataset_TSMC2014_{city}.txt"
    with opened(folder / FOURSQUARE_ZIP, member, MOST_FOURSQUARE) as source:
        text = io.BytesIO(source.read().decode("latin-1").encode())
    wanted = ("user", "place", "category", "time")
    table = read_columns(text, UNQUOTED_TABS, FOURSQUARE_COLUMNS, False, wanted, member)
    categories = dict(zip(table["place"].to_pylist(), table["category"].to_pylist(), strict=True))
    tags = RawTags({place: frozenset([category]) for place, category in categories.items()}, {})
    return interactions_from_table(table.drop_columns("category"), CHECK_IN, member), tags


def _foursquare(name: str, city: str, n_interactions: int) -> NamedDataset:
    """A city of the data set, whose form is that of its authors' page and of the readme in the archive."""
    return NamedDataset(
        name,
        None,
        None,
        n_interactions,
        "not known; cite the paper.",
        "Dingqi Yang, Daqing Zhang, Vincent W. Zheng and Zhiyong Yu. 2015. Modeling User Activity Preference by "
        "Leveraging User Spatial Temporal Characteristics in LBSNs. IEEE Transactions on Systems, Man, and "
        "Cybernetics: Systems 45, 1. https://doi.org/10.1109/TSMC.2014.2327053",
        Download(
            "its authors",
            (RemoteFile(f"http://www-public.imtbs-tsp.eu/~zhang_da/pub/{FOURSQUARE_ZIP}", None, 25_546_284),),
            partial(read_foursquare, city=city),
        ),
        notes="A check-in is an interaction, and people go to a place again and again. A place's tag is its category.",
    )


FOURSQUARE_NYC = _foursquare("foursquare-nyc", "NYC", 227_428)
FOURSQUARE_TKY = _foursquare("foursquare-tky", "TKY", 573_703)
