#!/usr/bin/env bash
# Good guess: a table that DuckDB writes to Parquet and reads again has the same rows, or the write fails. Its whole
# numbers of 128 bits become decimals of 38 digits, which Parquet has, or a number that does not fit is an error.
# What happens: COPY ... TO 'x.parquet' writes them as floats of 64 bits, without a word. From 2^53 on neighbours are one:
# of 1,000 ids 501 are left. Nobody has to ask for such a type: sum() gives it, and so does arithmetic with a number
# beyond 64 bits; md5_number() gives its unsigned sister. As decimals, and in a csv, the same ids stay apart.
# Why it matters: users or items are merged on the way from the database to the experiment, which is another data set,
# with fewer and longer histories, on which every model has other figures; and a count of rows does not show it.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" duckdb==2.0.1 || exit 3

PYTHONPATH=$folder "$python" -S - "$folder" <<'PYTHON'
import sys

import duckdb

folder = sys.argv[1]
print("duckdb", duckdb.__version__)
duckdb.sql("create table t as select 9007199254740992 + n::hugeint as user_id from range(1000) r(n)")


def n_users(column: str, suffix: str) -> int:
    """How many ids are left of 1,000 once they are written and read again."""
    path = f"{folder}/users.{suffix}"
    duckdb.sql(f"copy (select {column} as user_id from t) to '{path}'")
    (row,) = duckdb.sql(f"select count(distinct user_id), any_value(typeof(user_id)) from '{path}'").fetchall()
    print(f"{column} in {suffix}: {row[0]} of 1000 ids, read as {row[1]}")
    return row[0]


found = n_users("user_id", "parquet"), n_users("user_id::decimal(38, 0)", "parquet"), n_users("user_id", "csv")
kind = duckdb.sql("select typeof(sum(1))").fetchall()[0][0]
print("sum() gives", kind)
as_told = found == (501, 1000, 1000) and kind == "HUGEINT"
print("as told: half of the ids are gone" if as_told else f"CHANGED: {found}")
sys.exit(not as_told)
PYTHON
