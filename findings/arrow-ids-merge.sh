#!/usr/bin/env bash
# Good guess: ids that are written differently stay different, as whole numbers or as text; what no whole number holds
# is read as text, as pandas does.
# What happens: pyarrow's read_csv reads a column of ids that look like numbers as numbers of 64 bits. Those from 2^63
# on, which hashes and other systems' unsigned ids are, become floats, so that neighbours are one id; 0x10, with letters
# and digits, is taken for hexadecimal and is the same as 16. There is no warning.
# Why it matters: users or items are merged, so there are fewer of them with longer histories: another data set, on
# which every model has other figures, and of which nobody says that it is another.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" pyarrow==26.0.1 || exit 3

cat > "$folder/interactions.csv" <<'CSV'
user_id,item_id,timestamp
18446744073709551613,0x10,1
18446744073709551614,16,2
18446744073709551615,17,3
CSV
PYTHONPATH=$folder "$python" -S - "$folder/interactions.csv" <<'PYTHON'
import sys

import pyarrow as pa
from pyarrow import csv

table = csv.read_csv(sys.argv[1])
users, items = table["user_id"], table["item_id"]
print("pyarrow", pa.__version__, "reads the ids as", users.type, "and", items.type)
print("users:", users.to_pylist(), "items:", items.to_pylist())
counts = len(users.unique()), len(items.unique())
as_told = counts == (1, 2)
print("as told: of three users and three items, one and two are left" if as_told else f"CHANGED: {counts}")
sys.exit(not as_told)
PYTHON
