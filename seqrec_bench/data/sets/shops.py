"""Visits to shops, a session of which stands for a user: RetailRocket, Yoochoose and Diginetica.

None has an address that gives the file: one page asks for an account, one gives an archive that Python can't unpack,
one is a folder of a file service.
"""

from functools import partial
from pathlib import Path

from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import COMMAS, read_columns
from seqrec_bench.data.reading.form import SEPARATORS
from seqrec_bench.data.sets.declaration import NamedDataset
from seqrec_bench.data.sets.reading import read_rows, require_header
from seqrec_bench.data.sets.sources import ByHand
from seqrec_bench.data.sets.unpacking import opened
from seqrec_bench.errors import InputError

# Columns, events and visitors are those of the data set's page.
RETAILROCKET = NamedDataset(
    "retailrocket",
    1_407_580,
    None,
    2_756_101,
    "stated on its page.",
    "Retailrocket recommender system dataset. Kaggle. https://www.kaggle.com/datasets/retailrocket/ecommerce-dataset",
    ByHand(
        "Kaggle",
        "https://www.kaggle.com/datasets/retailrocket/ecommerce-dataset",
        {"events.csv": None},
        partial(
            read_rows,
            file="events.csv",
            layout=COMMAS,
            names=("timestamp", "visitorid", "event", "itemid", "transactionid"),
            chosen=ChosenColumns("visitorid", "itemid", "timestamp"),
            has_header=True,
        ),
        "download the archive from Kaggle, with an account, and unpack it",
    ),
    notes="A visitor is a user. Views, additions to the cart and purchases are all interactions, so many repeat an "
    "item. Times are milliseconds.",
)

# The columns are those of the challenge's page, the counts those of the file by the package rs-datasets 0.5.1.
YOOCHOOSE_CLICKS = NamedDataset(
    "yoochoose-clicks",
    9_249_729,
    52_739,
    33_003_944,
    "stated in dataset-README.txt of the archive.",
    "David Ben-Shimon et al. 2015. RecSys Challenge 2015 and the YOOCHOOSE Dataset. RecSys. "
    "https://doi.org/10.1145/2792838.2798723",
    ByHand(
        "the challenge",
        "https://s3-eu-west-1.amazonaws.com/yc-rdata/yoochoose-data.7z",
        {"yoochoose-clicks.dat": None},
        partial(
            read_rows,
            file="yoochoose-clicks.dat",
            layout=COMMAS,
            names=("session", "time", "item", "category"),
            chosen=ChosenColumns("session", "item", "time"),
        ),
        "download yoochoose-data.7z and unpack it, by 7z say",
    ),
    notes="A session is a user, and a click an interaction, so many repeat an item. The clicks of the challenge's test "
    "set are not among them.",
)

DIGINETICA_COLUMNS = ("session_id", "user_id", "item_id", "timeframe", "eventdate")


def read_diginetica(folder: Path) -> RawData:
    """Reads views with semicolons between values: the day of a session, and the milliseconds since it began.

    Raises:
        InputError: The file or a row of it is not as it has to be.
    """
    import pyarrow as pa
    from pyarrow import compute

    path = folder / "train-item-views.csv"
    chosen = ChosenColumns("session_id", "item_id", "time")
    wanted = ("session_id", "item_id", "timeframe", "eventdate")
    with opened(path) as source:
        require_header(source, SEPARATORS[";"], DIGINETICA_COLUMNS, str(path))
        table = read_columns(source, SEPARATORS[";"], DIGINETICA_COLUMNS, True, wanted, str(path))
    try:
        days = table["eventdate"].cast(pa.date32()).cast(pa.timestamp("ms")).cast(pa.int64())
        times = compute.add(days, table["timeframe"].cast(pa.int64()))
    except pa.ArrowInvalid as error:
        raise InputError(f"{path} has an odd day or timeframe ({error}): put the right file there.") from error
    table = table.drop_columns(["timeframe", "eventdate"]).append_column("time", times)
    return interactions_from_table(table, chosen, str(path)), None


# The file and its columns are those that SR-GNN and RecBole's conversion read.
DIGINETICA_VIEWS = NamedDataset(
    "diginetica-views",
    None,
    None,
    None,
    "stated on the page of the competition.",
    "CIKM Cup 2016 Track 2: Personalized E-Commerce Search Challenge. "
    "https://competitions.codalab.org/competitions/11161",
    ByHand(
        "the competition",
        "https://competitions.codalab.org/competitions/11161",
        {"train-item-views.csv": None},
        read_diginetica,
        "download dataset-train-diginetica.zip from the competition, and unpack it",
    ),
    notes="A session is a user, and a view an interaction, so many repeat an item. A time is the day plus the "
    "milliseconds since the session began, so that two sessions of one day are not in order.",
)
