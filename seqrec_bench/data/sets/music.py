"""What people have listened to: Last.fm 1K and Yambda."""

from functools import partial
from pathlib import Path

from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import UNQUOTED_TABS
from seqrec_bench.data.reading.parquet_files import read_parquet
from seqrec_bench.data.sets.declaration import Family, NamedDataset
from seqrec_bench.data.sets.packed import Member, Packed
from seqrec_bench.data.sets.reading import read_rows
from seqrec_bench.data.sets.sources import Download, RemoteFile

LASTFM_FILE = "userid-timestamp-artid-artname-traid-traname.tsv"


def _lastfm(name: str, url: str) -> Packed:
    # The file's md5, columns and number of lines are those of the readme (http://ocelma.net, lastfm-1K.html).
    wanted = {f"lastfm-dataset-1K/{LASTFM_FILE}": Member("md5:64747b21563e3d2aa95751e0ddc46b68", 3 * 10**9)}
    layout = partial(
        read_rows,
        file=LASTFM_FILE,
        layout=UNQUOTED_TABS,
        names=("user", "time", "artist_id", "artist", "track_id", "track"),
        chosen=ChosenColumns("user", "artist", "time"),
    )
    return Packed(name, url, wanted, layout)


LASTFM_1K = NamedDataset(
    "lastfm-1k",
    992,
    None,
    19_150_868,
    "its readme: distributed with permission of Last.fm, for non-commercial use.",
    "Oscar Celma. 2010. Music Recommendation and Discovery in the Long Tail. Springer. "
    "https://doi.org/10.1007/978-3-642-13287-2",
    _lastfm("Universitat Pompeu Fabra", "http://mtg.upf.edu/static/datasets/last.fm/lastfm-dataset-1K.tar.gz"),
    (_lastfm("Zenodo", "https://zenodo.org/records/6090214/files/lastfm-dataset-1K.tar.gz"),),
    "An item is an artist, by name, since many tracks and artists have no id; a track listened to is an interaction, "
    "so nearly all repeat an item. The file has each user's latest track first.",
)

YAMBDA_ADDRESS = (
    "https://huggingface.co/datasets/yandex/yambda/resolve/dd6f3a19eef5866e346c3270e098baa641a44948/"
    "flat/SIZE/EVENT.parquet"
)
# Published beside experiments with the files: of 50m and 500m, by two authors who hold their downloads against them.
YAMBDA_CHECKSUMS = {
    "50m-likes": "sha256:694087077dbacfcc1d22a5ca85cc6bd8ab182361933406e60500624c6a422bc4",
    "50m-listens": "sha256:eed9cbd094af1e189507d2f8132a0dc9653b90e65480125c7cdccd601e0592d1",
    "500m-likes": "sha256:f4946f245fab5ca8e331e73a6a7ef82a2f6b99512f5f1977ce01379f0a086773",
    "500m-listens": None,
    "5b-likes": None,
}
YAMBDA_COUNTS: dict[str, tuple[int | None, int | None, int]] = {
    "50m-likes": (None, None, 881_456),
    "50m-listens": (None, None, 46_467_212),
    "500m-likes": (82_788, 638_230, 9_033_960),
}


def read_yambda(folder: Path, file: str) -> RawData:
    """Reads Parquet with a row an event.

    Raises:
        InputError: As for `read_parquet` and `interactions_from_table`.
    """
    path = folder / file
    chosen = ChosenColumns("uid", "item_id", "timestamp")
    return interactions_from_table(read_parquet(path, lambda names: chosen.names), chosen, str(path)), None


def _yambda(member: str) -> NamedDataset:
    """The flat files: ``flat/SIZE/EVENT.parquet``."""
    size, _, event = member.partition("-")
    url = YAMBDA_ADDRESS.replace("SIZE", size).replace("EVENT", event)
    file = RemoteFile(url, YAMBDA_CHECKSUMS[member], 2**34)
    n_users, n_items, n_interactions = YAMBDA_COUNTS.get(member, (None, None, None))
    return NamedDataset(
        f"yambda-{member}",
        n_users,
        n_items,
        n_interactions,
        "Apache 2.0.",
        "Alexander Ploshkin et al. 2025. Yambda-5B: A Large-Scale Multi-modal Dataset for Ranking And Retrieval. "
        "RecSys. https://arxiv.org/abs/2505.22238",
        Download(
            "Hugging Face",
            (file,),
            partial(read_yambda, file=file.name),
        ),
        notes="Times are rounded to 5 seconds, and events repeat.",
    )


YAMBDA = Family("yambda", tuple(YAMBDA_CHECKSUMS), "SIZE-EVENT", YAMBDA_ADDRESS, _yambda)
