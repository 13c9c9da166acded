"""Hard text files of interactions: each row of the page's table, read right or refused with that sentence."""

# ruff: noqa: E501  -- a table, one case a line

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

HEAD = b"user_id,item_id,timestamp\n"
PLAIN = HEAD + b"u,a,1\nu,b,2\nu,c,3\n"
ROWS = [("u", "a", 1), ("u", "b", 2), ("u", "c", 3)]
SAME = ("as the plain file", ROWS)
RANDOM = np.random.default_rng(0).bytes(4096)
LONG = "x" * 10_000
NO_NUMBER = "which is not a number: give seconds since 1970 or any number that grows with time, or in all rows dates such as 2024-03-01 or 2024-03-01T12:30:00Z."
ONE_WAY = "as row 1 has it: write all rows in one way."
NO_DATE = "which no calendar or clock has: correct it."
MARCH = 1_709_251_200
BROKEN_LINE = "has a value that begins with a quotation mark and goes on in the next line"
TELL_TABS = "add --quoting none if the mark is a part of the value, or --quoting double if it encloses all of it."
BROKEN_TABS = f"{BROKEN_LINE}: {TELL_TABS}"
NO_VALUE = "give it one or take the row out."
WIDTH = "correct it, with quotation marks around a value that holds the separator."
QUOTES = "(...): close each quoted value, and double the marks in it."
UNPACKED = "give an undamaged file, without .gz in its name if it is not gzip-ed."
ENCODING = "is not UTF-8 text in its first line: save it as UTF-8, and name it .gz if it is gzip-ed."
FINITE = "times have to be finite numbers of 64 bits."
ITEMS = "item_id, item, iid, movie_id, movie, product_id, product"
TIMES = "timestamp, time, ts, unix_time, unix_timestamp, unix_review_time"
NONE = f"f.csv has no column with a usual name (user_id, user, uid), no column with a usual name ({ITEMS}) and no column with a usual name ({TIMES}) among"
ALL_THREE = "name the right ones by --user-column, --item-column and --time-column."


TAIL = (
    f"has quotation marks that do not fit together {QUOTES[:-1]}, or add --quoting none if marks are a part of values."
)


def with_time(time: str) -> bytes:
    return HEAD + f"u,a,1\nu,b,{time}\nu,c,3\n".encode()


def with_dates(*times: str) -> bytes:
    return HEAD + "".join(f"u,{item},{time}\n" for item, time in zip("abc", times, strict=True)).encode()


def dated(*seconds: int) -> list[tuple[str, str, int]]:
    """The rows, so many seconds after 2024-03-01 at midnight."""
    return [("u", item, MARCH + time) for item, time in zip("abc", seconds, strict=True)]


def with_item(item: str) -> bytes:
    return HEAD + f"u,{item},1\nu,b,2\nu,c,3\n".encode()


def rows_with(item: str) -> list[tuple[str, str, int]]:
    return [("u", item, 1), *ROWS[1:]]


def single_column(separators: str, found: str, option: str) -> str:
    return f"f.csv has a single column, {found}, with {separators} in its name: add --separator {option}."


def mark(row: int, user: str, marks: str) -> str:
    return f"Row {row} of f.csv has the user {user!r}, a mark for a missing value ({marks}): give them an id or take them out, or add --ids-as-written if"


CASES = [
    ("plain", "f.csv", PLAIN, ("the rows that the others are held against", ROWS)),
    # columns
    ("missing column", "f.csv", b"user_id,timestamp\nu,1\n", f"f.csv has no column with a usual name ({ITEMS}) among user_id, timestamp: name the right one by --item-column."),
    ("no column names", "f.csv", b"u,a,1\nu,b,2\n", "f.csv has no column names, since its first line looks like data, 'u, a, 1': add --no-header --user-column 1 --item-column 2 --no-times, or the right columns by number."),
    ("a column named twice", "f.csv", b"user_id,item_id,item_id,timestamp\nu,a,x,1\n", f"f.csv has 2 columns with a usual name ({ITEMS}) among user_id, item_id, item_id, timestamp: name the right one by --item-column."),
    ("two usual names", "f.csv", b"user_id,user,item_id,timestamp\nu,u,a,1\n", "f.csv has 2 columns with a usual name (user_id, user, uid) among user_id, user, item_id, timestamp: name the right one by --user-column."),
    ("10,000 columns", "f.csv", b",".join(b"c%d" % n for n in range(10_000)) + b"\n", f"{NONE} c0, ..., c19, ... (10,000 in all): {ALL_THREE}"),
    ("names in quotes, with spaces, in capitals", "f.csv", PLAIN.replace(HEAD, b'"User ID", item_id,TIMESTAMP\n'), SAME),
    ("RecBole's types", "f.inter", b"user_id:token\titem_id:token\ttimestamp:float\nu\ta\t1\nu\tb\t2\nu\tc\t3\n", SAME),
    ("other columns, one of 200,000 characters", "f.csv", b"text,user_id,item_id,timestamp\n" + b"x" * 200_000 + b',u,a,1\n"a,\nb",u,b,2\n,u,c,3\n', SAME),
    # separators and rows
    ("semicolons", "f.csv", PLAIN.replace(b",", b";"), single_column("semicolons", "'user_id;item_id;timestamp'", "';'")),
    ("semicolons and quotation marks", "f.csv", b'"user_id";"item_id";"timestamp"\n"u";"a";"1"\n', single_column("semicolons", "'user_id;item_id;timestamp'", "';'")),
    ("tabs in a .csv", "f.csv", PLAIN.replace(b",", b"\t"), single_column("tabs", r"'user_id\titem_id\ttimestamp'", "tab")),
    ("commas in a .tsv", "f.tsv", PLAIN, single_column("commas", "'user_id,item_id,timestamp'", "','").replace("f.csv", "f.tsv")),
    ("empty file", "f.csv", b"", "f.csv has no column names in its first line: give a file that begins with them."),
    ("Excel's line of the separator", "f.csv", b"sep=;\n" + PLAIN.replace(b",", b";"), "f.csv has Excel's line sep=; before its column names: take that line out."),
    ("header only", "f.csv", HEAD, "f.csv has no rows: give a file with interactions."),
    ("empty lines", "f.csv", PLAIN.replace(b"\n", b"\n\n"), SAME),
    ("a row too short", "f.csv", HEAD + b"u,a,1\n\nu,b\nu,c,3\n", f"Row 2 of f.csv has 2 values for 3 columns: {WIDTH}"),
    ("a row too long", "f.csv", HEAD + b"u,a,1\nu,b,c,2\nu,c,3\n", f"Row 2 of f.csv has 4 values for 3 columns: {WIDTH}"),
    ("a row too long in RecBole's format", "f.inter", b"user\titem\ttime\nu\ta\tx\t1\n", "Row 1 of f.inter has 4 values for 3 columns: correct it; nothing is quoted here, so no value can hold the separator."),
    ("row numbers in a column without a name", "f.csv", HEAD + b"1,u,a,1\n2,u,b,2\n3,u,c,3\n", f"Row 1 of f.csv has 4 values for 3 columns: give a name to each column, one of row numbers too, or {WIDTH}"),
    ("row numbers in a column with an empty name", "f.csv", b'"",' + HEAD + b'"1",u,a,1\n"2",u,b,2\n"3",u,c,3\n', SAME),
    ("a row of spaces", "f.csv", HEAD + b"u,a,1\n  \n", f"Row 2 of f.csv has 1 values for 3 columns: {WIDTH}"),
    ("a quoted value never closed", "f.csv", HEAD + b'u,a,1\nu,"b,2\nu,c,3\n', f"Row 2 of f.csv has quotation marks that do not fit together {QUOTES}"),
    ("such a value in a column that is not read", "f.csv", b'user,item,time,review\nu,a,1,good\nu,b,2,"bad\nu,c,3,good\n', f"Row 2 of f.csv has quotation marks that do not fit together {QUOTES}"),
    ("a quoted value of 2 MB of lines", "f.csv", PLAIN + b'u,"' + b"d\n" * 1_000_000 + b'",4\n', "Row 4 of f.csv has more than 1,048,576 bytes: close each quoted value in it, or cut it."),
    ("a quoted value never closed, and 2 MB of rows after it", "f.csv", PLAIN + b'u,"d,4\n' + b"u,e,5\n" * 350_000, "Row 4 of f.csv has more than 1,048,576 bytes: close each quoted value in it, or cut it."),
    ("quotation marks doubled, in a .tsv", "f.tsv", b'user\titem\ttime\nu\t"say ""a"""\t1\nu\tb\t2\nu\tc\t3\n', ('say "a"', rows_with('say "a"'))),
    ("a tab within quotation marks", "f.tsv", b'user\titem\ttime\nu\t"a\tb"\t1\nu\tb\t2\nu\tc\t3\n', ("as it stands", rows_with("a\tb"))),
    ("titles that begin or end with a quotation mark", "f.tsv", b'user\titem\ttime\ttitle\nu\ta\t1\tOne\nu\tb\t2\t"Two\nu\tc\t3\tThree"\n', f"Row 2 of f.tsv {BROKEN_TABS}"),
    ("a quoted value of two lines in a .tsv", "f.tsv", b'user\titem\ttime\nu\t"a\nb"\t1\n', f"Row 1 of f.tsv {BROKEN_TABS}"),
    ("a quoted value never closed in a .tsv", "f.tsv", b'user\titem\ttime\nu\ta\t1\nu\t"b\t2\nu\tc\t3\n', f"Row 2 of f.tsv {BROKEN_TABS}"),
    ("quotation marks that enclose a tab between values", "f.tsv", b'user\titem\ttime\ttitle\tartist\nu\ta\t1\t"One\tBand"\n', f"Row 1 of f.tsv has 4 values for 5 columns, since quotation marks enclose a separator: {TELL_TABS}"),
    ("a backslash before a quotation mark, as Spark writes it", "f.csv", b'user,item,time,title\nu,a,1,"7\\""\nu,b,2,"12\\""\n', f"Row 1 of f.csv {BROKEN_LINE}: double each mark within a value, in place of a backslash before it, or add --quoting double if the backslash is a part of the value."),
    ("the same in a csv, where lines within a value look like rows", "f.csv", b'user,item,time,title\nu,a,1,One\nu,b,2,"Two\nu,c,3,Three"\n', f"Row 2 of f.csv has a value that begins with a quotation mark and goes on over lines that look like rows: {TELL_TABS}"),
    ("quoted values of several lines, in a csv", "f.csv", b'user,item,time,title\nu,a,1,"two\nlines, a"\nu,b,2,"a ""b""\n\nc, d, 3, e"\nu,c,3,\n', SAME),
    ("quotation marks within values that are not quoted", "f.csv", with_item('12" vinyl'), ("as they stand", rows_with('12" vinyl'))),
    ("a quoted beginning of a value", "f.csv", with_item('"a" live'), f"Row 1 of f.csv {TAIL}"),
    ("a quoted beginning of a value in a .tsv", "f.tsv", b'user\titem\ttime\nu\t"a" live\t1\nu\tb\t2\nu\tc\t3\n', f"Row 1 of f.tsv {TAIL}"),
    ("such a value in another column", "f.tsv", b'user\titem\ttime\ttitle\nu\ta\t1\t"Heroes" live\nu\tb\t2\tx\nu\tc\t3\tx\n', SAME),
    ("quotation marks in RecBole's format, which are content", "f.inter", b'user\titem\ttime\nu\t"a\t1\nu\t"b"\t2\nu\tc\t3\n', ('items "a, "b" and c', [("u", '"a', 1), ("u", '"b"', 2), ("u", "c", 3)])),
    # times
    ("times that are words", "f.csv", with_time("two"), f"Row 2 of f.csv has the timestamp 'two', {NO_NUMBER}"),
    ("a date below a number", "f.csv", with_time("2020-01-01"), f"Row 2 of f.csv has the timestamp '2020-01-01', {NO_NUMBER}"),
    ("dates", "f.csv", with_dates("2024-03-01", "2024-03-02", "2024-03-03"), ("seconds since 1970", dated(0, 86_400, 172_800))),
    ("dates with times", "f.csv", with_dates("2024-03-01T12:30:00", "2024-03-01 12:30:01", "2024-03-01T12:30:02.000"), ("seconds since 1970, as if in UTC", dated(45_000, 45_001, 45_002))),
    ("dates with times and zones", "f.csv", with_dates("2024-03-01T02:00:00+02:00", "2024-03-01 00:00:00Z", "2024-03-01T00:00:01-00"), ("seconds since 1970", dated(0, 0, 1))),
    ("zones by other names, and apart", "f.csv", with_dates("2024-03-01 00:00:00 UTC", "2024-03-01T01:00:00 +0100", "2024-03-01 00:00:01.000 GMT"), ("seconds since 1970", dated(0, 0, 1))),
    ("dates as Twitter and Foursquare write them", "f.csv", with_dates("Fri Mar 01 00:00:00 +0000 2024", "Fri Mar 01 01:00:01 +0100 2024", "Fri Mar 01 00:00:02 +0000 2024"), ("seconds since 1970", dated(0, 1, 2))),
    ("a month that there is not", "f.csv", with_dates("Fri Mar 01 00:00:00 +0000 2024", "Fri Mrz 01 00:00:00 +0000 2024", "Fri Mar 01 00:00:02 +0000 2024"), f"Row 2 of f.csv has the timestamp 'Fri Mrz 01 0...00 +0000 2024', which is not a date and time like Tue Apr 03 18:00:09 +0000 2012, {ONE_WAY}"),
    ("a fraction of a second", "f.csv", with_dates("2024-03-01T00:00:00.25Z", "2024-03-01T00:00:01Z", "2024-03-01T00:00:02Z"), ("milliseconds since 1970", [(u, i, t * 1000 + ms) for (u, i, t), ms in zip(dated(0, 1, 2), (250, 0, 0), strict=True)])),
    ("a day that there is not", "f.csv", with_dates("2024-02-29", "2024-02-30", "2024-03-01"), f"Row 2 of f.csv has the timestamp '2024-02-30', {NO_DATE}"),
    ("a leap second", "f.csv", with_dates("2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"), f"Row 2 of f.csv has the timestamp '2016-12-31T23:59:60Z', {NO_DATE}"),
    ("a number below a date", "f.csv", with_dates("2024-03-01", "20240302", "2024-03-03"), f"Row 2 of f.csv has the timestamp '20240302', which is not a date like 2024-03-01, {ONE_WAY}"),
    ("a time of day below a date", "f.csv", with_dates("2024-03-01", "2024-03-01T12:30:00", "2024-03-03"), f"Row 2 of f.csv has the timestamp '2024-03-01T12:30:00', which is not a date like 2024-03-01, {ONE_WAY}"),
    ("a zone in one row of several", "f.csv", with_dates("2024-03-01T12:30:00", "2024-03-01T12:30:01Z", "2024-03-01T12:30:02"), f"Row 2 of f.csv has the timestamp '2024-03-01T12:30:01Z', which is not a date and time without a zone like 2024-03-01T12:30:00, {ONE_WAY}"),
    ("nanoseconds beyond the year 2262", "f.csv", with_dates("2024-03-01T00:00:00.123456789", "2300-01-01T00:00:00", "2024-03-03T00:00:00"), "Row 2 of f.csv has the timestamp '2300-01-01T00:00:00', which 64 bits do not hold in nanoseconds: give every fraction 6 digits at most."),
    ("dates without seconds", "f.csv", with_dates("2024-03-01 12:30", "2024-03-01 12:31", "2024-03-01 12:32"), f"Row 1 of f.csv has the timestamp '2024-03-01 12:30', {NO_NUMBER}"),
    ("days first", "f.csv", with_dates("01.03.2024", "02.03.2024", "03.03.2024"), f"Row 1 of f.csv has the timestamp '01.03.2024', {NO_NUMBER}"),
    ("dates in RecBole's format", "f.inter", with_dates("2024-03-01", "2024-03-02", "2024-03-03").replace(b",", b"\t"), "Row 1 of f.inter has the timestamp '2024-03-01', which is not a number: give seconds since 1970 or any number that grows with time; dates are read from .csv, .tsv and .parquet alone."),
    ("thousands with commas", "f.csv", with_time('"1,000"'), f"Row 2 of f.csv has the timestamp '1,000', {NO_NUMBER}"),
    ("hexadecimal times", "f.csv", with_time("0xFFFFFFFFFFFFFFFF"), f"Row 2 of f.csv has the timestamp '0xFFFFFFFFFFFFFFFF', {NO_NUMBER}"),
    ("a time of 10,000 characters", "f.csv", with_time(LONG), f"Row 2 of f.csv has the timestamp 'xxxxxxxxxxxx...xxxxxxxxxxxxx', {NO_NUMBER}"),
    ("missing times", "f.csv", with_time(" "), f"Row 2 of f.csv has no timestamp: {NO_VALUE}"),
    ("NaN", "f.csv", with_time("NaN"), f"Row 2 of f.csv has the timestamp 'NaN': {FINITE}"),
    ("infinite times", "f.csv", with_time("-inf"), f"Row 2 of f.csv has the timestamp '-inf': {FINITE}"),
    ("times beyond any float", "f.csv", with_time("1e400"), f"Row 2 of f.csv has the timestamp '1e400': {FINITE}"),
    ("times beyond 64 bits", "f.csv", with_time("9223372036854775808"), f"Row 2 of f.csv has the timestamp '9223372036854775808': {FINITE}"),
    ("negative times", "f.csv", HEAD + b"u,b,-2\nu,a,-5\nu,c,3\n", ("a before b before c", [("u", "b", -2), ("u", "a", -5), ("u", "c", 3)])),
    ("milliseconds", "f.csv", HEAD + b"u,a,1600000000001\nu,b,1600000000002\nu,c,1600000000003\n", ("only their order counts", [(u, i, 1_600_000_000_000 + t) for u, i, t in ROWS])),
    ("the greatest times", "f.csv", HEAD + b"u,a,-9223372036854775808\nu,b,9223372036854775806\nu,c,9223372036854775807\n", ("exactly", [("u", "a", -(2**63)), ("u", "b", 2**63 - 2), ("u", "c", 2**63 - 1)])),
    ("fractions and exponents", "f.csv", HEAD + b"u,a,1e5\nu,b,.5\nu,c,3\n", ("b, c, a", [("u", "a", 100_000.0), ("u", "b", 0.5), ("u", "c", 3.0)])),
    ("a fraction beside times of 19 digits", "f.csv", HEAD + b"u,a,1709251200000000001\nu,b,1709251200000000002\nu,c,.5\n", "Row 2 of f.csv has the timestamp 1709251200000000002, which is the 1709251200000000001 of row 1 once fractions make floats of all times: write whole numbers in all rows, of a finer unit if need be."),
    ("a fraction beside times of 19 digits that stay apart", "f.csv", HEAD + b"u,a,1709251200000000000\nu,b,1709251300000000000\nu,c,.5\n", ("as floats", [("u", "a", 1709251200000000000.0), ("u", "b", 1709251300000000000.0), ("u", "c", 0.5)])),
    ("times that a spreadsheet has cut", "f.csv", HEAD + b"u,a,1.70925E+12\nu,b,1.70925E+12\nu,c,1.70926E+12\n", "Row 1 of f.csv has the timestamp '1.70925E+12', a number in short, as in most rows: a spreadsheet or a program has cut digits off, so write times in full."),
    ("spaces around times", "f.csv", HEAD + b"u,a, 1\nu,b,2 \nu,c,+3\n", SAME),
    # ids
    ("quotes and commas in ids", "f.csv", with_item('"say ""a"", b"'), ('say "a", b', rows_with('say "a", b'))),
    ("line feeds in ids", "f.csv", with_item('"a\nb"'), ("of two lines", rows_with("a\nb"))),
    ("unicode, right to left", "f.csv", with_item("é😀 אב \u202eab"), ("as it stands", rows_with("é😀 אב \u202eab"))),
    ("10,000 characters", "f.csv", with_item(LONG), ("as it stands", rows_with(LONG))),
    ("leading zeros", "f.csv", HEAD + b"u,007,1\nu,07,2\nu,7,3\n", ("three items", [("u", "007", 1), ("u", "07", 2), ("u", "7", 3)])),
    ("ids alike but for case, spaces or composition", "f.csv", "user,item,time\nu,é,1\nu,e\u0301,2\nu,É,3\nu, é,4\n".encode(), ("four items", [("u", "é", 1), ("u", "e\u0301", 2), ("u", "É", 3), ("u", " é", 4)])),
    ("a mark for a missing id", "f.csv", PLAIN.replace(b"u,b", b"NA,b"), f"{mark(2, 'NA', '1 of 3 interactions: NA')} it is one."),
    ("several such marks", "f.csv", HEAD + b"\\N,a,1\nNULL,b,2\n<NA>,c,3\n", f"{mark(1, chr(92) + 'N', '3 of 3 interactions: <NA>, NULL, ' + chr(92) + 'N')} these are ids."),
    ("words that have such a mark in them", "f.csv", with_item("NA-1").replace(b",b,", b", NA,").replace(b",c,", b",no null,"), ("as they stand", [("u", "NA-1", 1), ("u", " NA", 2), ("u", "no null", 3)])),
    ("an id that became a fraction", "f.csv", HEAD + b"u,12,1\nu,12.0,2\nu,c,3\n", "Row 2 of f.csv has the item '12.0' and row 1 '12', which are one where a program made fractions of whole numbers: write both in one way, or add --ids-as-written if they are two."),
    ("ids that are all fractions", "f.csv", HEAD + b"u,1.0,1\nu,2.0,2\nu,3.0,3\n", ("as they stand", [("u", "1.0", 1), ("u", "2.0", 2), ("u", "3.0", 3)])),
    ("an id that a spreadsheet has cut", "f.csv", with_item("1.23457E+17"), "Row 1 of f.csv has the item '1.23457E+17', a number in short, as programs write what is too long for them, so that several ids may have become one: write ids in full, or add --ids-as-written if it is one."),
    ("an id of digits and a letter", "f.csv", with_item("12e5"), ("as it stands", rows_with("12e5"))),
    ("empty item id", "f.csv", with_item(""), f"Row 1 of f.csv has no item_id: {NO_VALUE}"),
    ("empty item ids", "f.csv", HEAD + b"u,a,1\nu,,2\nu,,3\n", f"Row 2 of f.csv has no item_id, like 2 of 3 in all: {NO_VALUE}"),
    ("empty user id", "f.csv", HEAD + b'u,a,1\n"",b,2\n', f"Row 2 of f.csv has no user_id: {NO_VALUE}"),
    ("NUL in an id", "f.csv", with_item("a\0"), r"Column item_id of f.csv has the id 'a\x00', with a NUL character: take that out."),
    # users and items
    ("duplicate interactions", "f.csv", HEAD + b"u,a,1\nu,a,1\nu,b,2\nu,c,3\n", ("as repeats, of which describe and run warn", [ROWS[0], *ROWS])),
    ("users with fewer than 3 interactions", "f.csv", PLAIN + b"v,a,1\nv,d,2\n", ("they are training data", [*ROWS, ("v", "a", 1), ("v", "d", 2)])),
    ("no user with 3", "f.csv", HEAD + b"u,a,1\nu,b,2\n", "No user has 3 or more interactions, so nobody is left to evaluate: give data with longer user histories."),
    ("one user", "f.csv", PLAIN, SAME),
    ("one item", "f.csv", HEAD + b"u,a,1\nu,a,2\nu,a,3\n", "f.csv has a single item, 'a', which every model would rank first: give data with more items."),
    # encodings
    ("byte-order mark", "f.csv", b"\xef\xbb\xbf" + PLAIN, SAME),
    ("CRLF", "f.csv", PLAIN.replace(b"\n", b"\r\n"), SAME),
    ("CR alone", "f.csv", PLAIN.replace(b"\n", b"\r"), SAME),
    ("no line feed at the end", "f.csv", PLAIN.rstrip(), SAME),
    ("Latin-1", "f.csv", HEAD + "u,a,1\nu,é,2\n".encode("latin-1"), "Row 2 of f.csv is not UTF-8 text: save the file as UTF-8."),
    ("Latin-1 in a column that is not read", "f.csv", "user,item,time,x\nu,a,1,é\nu,b,2,\nu,c,3,\n".encode("latin-1"), SAME),
    ("UTF-16", "f.csv", PLAIN.decode().encode("utf-16"), f"f.csv {ENCODING}"),
    ("lone surrogate", "f.csv", HEAD + b"u,\xed\xa0\x80,1\n", "Row 1 of f.csv is not UTF-8 text: save the file as UTF-8."),
    ("random bytes", "f.csv", RANDOM, f"f.csv {ENCODING}"),
    ("zero bytes", "f.csv", bytes(4096), rf"{NONE} '\x00\x00\x00...0\x00\x00\x00': {ALL_THREE}"),
    # gzip
    ("gzip", "f.csv.gz", gzip.compress(PLAIN), SAME),
    ("gzip in two parts", "f.csv.gz", gzip.compress(HEAD) + gzip.compress(PLAIN.removeprefix(HEAD)), SAME),
    ("truncated gzip", "f.csv.gz", gzip.compress(HEAD + RANDOM.hex().encode())[:-500], f"f.csv.gz can't be unpacked (...): {UNPACKED}"),
    ("bytes after gzip", "f.csv.gz", gzip.compress(PLAIN) + b"more", f"f.csv.gz can't be unpacked (...): {UNPACKED}"),
    ("random bytes", "f.csv.gz", RANDOM, f"f.csv.gz can't be unpacked (...): {UNPACKED}"),
    ("plain text called .gz", "f.csv.gz", PLAIN, f"f.csv.gz can't be unpacked (...): {UNPACKED}"),
    ("gzip without .gz", "f.csv", gzip.compress(PLAIN), f"f.csv {ENCODING}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_hard_text_file_is_read_right_or_refused(
    hold: Callable[..., None], name: str, content: bytes, outcome: object
) -> None:
    Path(name).write_bytes(content)
    hold(outcome, name)


def test_the_page_has_these_text_files(documented: Callable[..., None]) -> None:
    documented("text-files", [(what, name, outcome) for what, name, _, outcome in CASES])
