#!/usr/bin/env bash
# Good guess: read_csv, which finds out by itself that a column holds dates, takes a unit that holds all of them, or
# leaves them as text, or raises an error.
# What happens: pyarrow 18 to 22 take nanoseconds as soon as one time has a fraction. In 64 bits these end in 2262, and
# a later date wraps around to one long past, without a word: 9999-12-31, a usual way to write "never", is one in 1816.
# (pyarrow 23 leaves such a column as text.)
# Why it matters: a split by time takes each user's last interaction as the test target. The wrapped one comes first, so
# that another item is the target, and all figures are those of another task.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" pyarrow==22.0.0 || exit 3

cat > "$folder/interactions.csv" <<'CSV'
user_id,item_id,timestamp
u,first,2024-03-01T00:00:00.5
u,second,2024-03-02T00:00:00
u,last,9999-12-31T00:00:00
CSV
PYTHONPATH=$folder "$python" -S - "$folder/interactions.csv" <<'PYTHON'
import sys

import pyarrow as pa
from pyarrow import csv

table = csv.read_csv(sys.argv[1])
times = table["timestamp"]
print("pyarrow", pa.__version__, "reads the times as", times.type)
in_order = table.sort_by("timestamp")
years = in_order["timestamp"].cast(pa.timestamp("s"), safe=False).to_pylist()
print("in order of time:", [(item, time.year) for item, time in zip(in_order["item_id"].to_pylist(), years)])
as_told = (str(table["timestamp"].type), years[0].year) == ("timestamp[ns]", 1816)
print("as told: the last interaction has become the first" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
