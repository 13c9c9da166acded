#!/usr/bin/env bash
# Good guess: in a tab-separated file, such as RecBole's .item, a line is a row, and a quotation mark is a character
# like any other; or else a mark that no other closes before the line ends is an error.
# What happens: unless they are told that nothing is quoted, pandas' and pyarrow's read_csv take a mark at the beginning
# of a value for the beginning of a quotation that goes on over ends of lines to the next mark, wherever that is. So two
# titles that begin with one (the album "Heroes" without its closing mark, say) swallow all rows between them, without a
# word: six rows become three. polars refuses the same file.
# Why it matters: items lose their titles or tags, and in a file of interactions users lose a part of their histories,
# mostly in data with titles or reviews. Nothing shows it but a count.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  pyarrow==26.0.1 pandas==2.3.3 numpy==2.4.6 python-dateutil==2.9.0.post0 six==1.17.0 pytz==2025.2 tzdata==2025.2 || exit 3

printf '%s\t%s\n' item_id:token title:token 1 Blackstar 2 '"Heroes' 3 Lodger 4 Low 5 '"Hours' 6 Earthling \
  > "$folder/albums.item"
PYTHONPATH=$folder "$python" -S - "$folder/albums.item" <<'PYTHON'
import sys

import pandas as pd
import pyarrow as pa
from pyarrow import csv

path = sys.argv[1]
found = {
    f"pandas {pd.__version__}": pd.read_csv(path, sep="\t")["item_id:token"].tolist(),
    f"pyarrow {pa.__version__}": csv.read_csv(path, parse_options=csv.ParseOptions(delimiter="\t"))["item_id:token"].to_pylist(),
}
for name, items in found.items():
    print(name, "reads the items", items)
as_told = all(items == [1, 2, 6] for items in found.values())
print("as told: the items 3, 4 and 5 are gone" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
