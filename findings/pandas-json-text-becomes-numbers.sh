#!/usr/bin/env bash
# Good guess: JSON says of every value whether it is text or a number, so nothing has to be inferred as in a csv, and what
# stands in quotation marks is read as text.
# What happens: pandas' read_json takes a column of text for numbers wherever all of it looks so, and drops what tells
# the values apart: "0000031852" and "31852" are one, "12e5" and "1200000" are one, and of digits beyond 64 bits all
# neighbours are. So the same id is read in one way or another, by what else the file holds: with a single letter
# anywhere in the column, all of it stays text. There is no warning; dtype=False keeps text as it is.
# Why it matters: review data such as Amazon's and Yelp's are JSON lines with ids as text, and are read like this. Items
# are merged, or no longer found under their names in the file of titles, and a part of the data is read otherwise than
# the whole.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  pandas==3.1.1 numpy==2.4.6 python-dateutil==2.9.0.post0 six==1.17.0 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import io
import json
import sys

import pandas as pd

print("pandas", pd.__version__)


def items(*ids: str, **options: object) -> list[object]:
    """What is read of these ids, a JSON object each."""
    lines = "".join(json.dumps({"asin": item}) + "\n" for item in ids)
    found = pd.read_json(io.StringIO(lines), lines=True, **options)["asin"].tolist()
    print(ids, "are read as", found, options or "")
    return found


pairs = [("0000031852", "31852"), ("12e5", "1200000"), ("18446744073709551616", "18446744073709551617")]
merged = [len(set(items(*pair))) == 1 for pair in pairs]
whole = items("0000031852", "31852", "B00004T8R2")
kept = [items(*pair, dtype=False) == list(pair) for pair in pairs]
as_told = all(merged) and all(kept) and whole == ["0000031852", "31852", "B00004T8R2"]
print("as told: each pair is one item, unless a third has a letter" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
