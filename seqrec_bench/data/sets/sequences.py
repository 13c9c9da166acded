"""Data sets that papers have prepared, and others have taken over: sequences without times.

The counts and checksums were computed from the files themselves, which also have no repeats where nothing is said.
"""

from functools import partial

from seqrec_bench.data.sets.declaration import NamedDataset
from seqrec_bench.data.sets.reading import read_pairs, read_user_sequences
from seqrec_bench.data.sets.sources import Download, RemoteFile

S3REC = "https://raw.githubusercontent.com/RUCAIBox/CIKM2020-S3Rec/2a81540ae18615d88ef88227b0c066e5b74781e5/data/"
BERT4REC = "https://raw.githubusercontent.com/FeiSun/BERT4Rec/615eaf2004abecda487a38d5b0c72f3dcfcae5b3/data/"
LICENCE = "none is stated for the data: fetched, never redistributed."
NO_TIMES = "There are no times: the order of the file is that of time. Every user and item has at least 5 interactions."


def _s3rec(
    name: str,
    file: str,
    n_users: int,
    n_items: int,
    n_interactions: int,
    checksum: str,
    tags_checksum: str,
    notes: str = NO_TIMES,
) -> NamedDataset:
    """One user a line, ``user item item ...``, and an object of JSON with each item's attributes."""
    tags = f"{file.removesuffix('.txt')}_item2attributes.json"
    files = (
        RemoteFile(S3REC + file, f"sha256:{checksum}", 2**22),
        RemoteFile(S3REC + tags, f"sha256:{tags_checksum}", 2**22),
    )
    return NamedDataset(
        name,
        n_users,
        n_items,
        n_interactions,
        LICENCE,
        "Kun Zhou et al. 2020. S3-Rec: Self-Supervised Learning for Sequential Recommendation with Mutual Information "
        "Maximization. CIKM. https://doi.org/10.1145/3340531.3411954",
        Download("the repository of S3-Rec", files, partial(read_user_sequences, file=file, tags=tags)),
        notes=notes,
    )


S3REC_BEAUTY = _s3rec(
    "s3rec-beauty",
    "Beauty.txt",
    22_363,
    12_101,
    198_502,
    "226cce9c3105299ca0db9615d7d3fb32b3175e90da43100ae352599f0f0107b8",
    "129e40f67486f6877eff0f5318cfa8530ee8ac23d8b0d1de04e1bb7a2ba0b2d4",
)
S3REC_SPORTS = _s3rec(
    "s3rec-sports",
    "Sports_and_Outdoors.txt",
    35_598,
    18_357,
    296_337,
    "2a095e0648872beb9982408958290f5d655db5be2911c3756b5446de9f0b8de2",
    "7fb10733ac4f1811384a52144cdefa7fcc7536fa80a7232c5da9bd789155c34b",
)
S3REC_TOYS = _s3rec(
    "s3rec-toys",
    "Toys_and_Games.txt",
    19_412,
    11_924,
    167_597,
    "176c680c688d497598c4a89a03b402c0fe78d795e5db335c2e78dd5f2d778a3f",
    "d371acd25101eedac04afc727626464b7acec770c4eda708705d51eb76eb1ad0",
)
S3REC_YELP = _s3rec(
    "s3rec-yelp",
    "Yelp.txt",
    30_431,
    20_033,
    316_354,
    "724b219106b81dd2349027da997334ddb6da9fe2f152ad6e0d97a93170f7caed",
    "f25acd5e1e680e0b22fd4e3f4fb6be4b2a7461e9222610616e3e1ee6702dd58d",
    f"{NO_TIMES} 11,830 interactions repeat an item of the same user.",
)
S3REC_LASTFM = _s3rec(
    "s3rec-lastfm",
    "LastFM.txt",
    1_090,
    3_646,
    52_551,
    "9ded486adb5b0fe9dc761950afa0a9a05e93ff018992e0c52bf11afec529f802",
    "a4ccd678dc9ff6d43fe5073f491db5c9b02eb98dfa4f8c0382913a784be217ef",
)

BERT4REC_BEAUTY = NamedDataset(
    "bert4rec-beauty",
    40_226,
    54_542,
    353_962,
    LICENCE,
    "Fei Sun et al. 2019. BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from "
    "Transformer. CIKM. https://doi.org/10.1145/3357384.3357895",
    Download(
        "the repository of BERT4Rec",
        (
            RemoteFile(
                f"{BERT4REC}beauty.txt",
                "sha256:f480b7a7403852342ffd8f9809bb30697dd669be31813d0e204b698fec86ef49",
                2**23,
            ),
        ),
        partial(read_pairs, file="beauty.txt"),
    ),
    notes="There are no times: the order of the file is that of time. Every user has at least 5 interactions.",
)
