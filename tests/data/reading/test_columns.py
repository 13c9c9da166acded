import re

import pytest

from seqrec_bench.data import Columns
from seqrec_bench.data.reading.columns import choose_columns
from seqrec_bench.errors import InputError


@pytest.mark.parametrize(
    "found",
    [
        ["user_id", "item_id", "timestamp"],
        ["user", "item", "time"],
        ["userId", "movieId", "rating", "timestamp"],
        ["UserID", "Movie_ID", "TS"],
        ["uid", "iid", "unixtime"],
        ["user_id:token", "item_id:token", "rating:float", "timestamp:float"],
        ["", "USER-ID", "product id", "unixReviewTime"],
    ],
)
def test_usual_names_are_recognised(found: list[str]) -> None:
    chosen = choose_columns(found, Columns(), "f.csv")
    kept = [name for name in found if name not in ("", "rating", "rating:float")]
    assert list(chosen) == kept


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        (["reviewerID", "asin", "overall", "unixReviewTime"], ["reviewerID", "asin", "unixReviewTime"]),
        (["user_id", "parent_asin", "rating", "timestamp"], ["user_id", "parent_asin", "timestamp"]),
        (["timestamp", "visitorid", "event", "itemid"], ["visitorid", "itemid", "timestamp"]),
        (["review_id", "user_id", "business_id", "stars", "date"], ["user_id", "business_id", "date"]),
        (["customer_id", "article_id", "event_timestamp"], ["customer_id", "article_id", "event_timestamp"]),
        (["sessionId", "videoId", "eventdate"], ["sessionId", "videoId", "eventdate"]),
        (["session_id", "book_id", "timeframe"], ["session_id", "book_id", "timeframe"]),
    ],
)
def test_names_of_single_sources_are_recognised(found: list[str], chosen: list[str]) -> None:
    assert list(choose_columns(found, Columns(), "f.csv")) == chosen


@pytest.mark.parametrize(
    "others", [["session_id"], ["asin", "parent_asin"], ["date", "event_time"], ["customer_id", "isbn", "datetime"]]
)
def test_a_usual_name_goes_before_those_of_single_sources(others: list[str]) -> None:
    """As it did before these were recognised."""
    assert choose_columns([*others, "user", "item", "time"], Columns(), "f.csv") == ("user", "item", "time")


@pytest.mark.parametrize(
    ("found", "option"),
    [
        (["asin", "parent_asin", "user_id", "timestamp"], "--item-column"),
        (["session_id", "visitorid", "item_id", "timestamp"], "--user-column"),
        (["session_id", "item_id", "timeframe", "eventdate"], "--time-column"),
    ],
)
def test_two_names_of_single_sources_are_ambiguous(found: list[str], option: str) -> None:
    with pytest.raises(InputError, match=f"2 columns with a usual name .*: name the right one by {option}"):
        choose_columns(found, Columns(), "f.csv")


def test_columns_without_times_are_two() -> None:
    assert choose_columns(["user", "item", "time"], Columns(), "f.csv", has_times=False) == ("user", "item", None)
    with pytest.raises(InputError, match="must be two different ones: correct --user-column or --item-column"):
        choose_columns(["user", "item"], Columns(item="user"), "f.csv", has_times=False)
    with pytest.raises(InputError, match="--time-column names times, and by --no-times there are none"):
        choose_columns(["user", "item"], Columns(time="time"), "f.csv", has_times=False)
    with pytest.raises(InputError, match="by --time-column, or add --no-times if the rows stand in order"):
        choose_columns(["user", "item"], Columns(), "f.csv")


def test_options_name_columns_exactly_or_without_their_type() -> None:
    found = ["who:token", "what", "when:float", "user_id", "item_id"]
    assert choose_columns(found, Columns("who", "what", "when:float"), "f.inter") == ("who:token", "what", "when:float")


def test_an_option_settles_what_is_ambiguous() -> None:
    found = ["user_id", "movie_id", "product_id", "time"]
    assert choose_columns(found, Columns(item="product_id"), "f.csv").item == "product_id"


@pytest.mark.parametrize(
    ("found", "wanted", "option"),
    [
        (["who", "item_id", "time"], Columns(), "--user-column"),
        (["user_id", "what", "time"], Columns(), "--item-column"),
        (["user_id", "item_id", "when"], Columns(), "--time-column"),
        (["user_id", "userId", "item_id", "time"], Columns(), "--user-column"),
        (["user_id", "item_id", "movie_id", "time"], Columns(), "--item-column"),
        (["user_id", "item_id", "time"], Columns(user="User_ID"), "--user-column"),
        (["user_id", "item_id", "time", "time"], Columns(time="time"), "--time-column"),
        (["user_id", "item_id", "time"], Columns(user="item_id"), "--user-column"),
    ],
)
def test_absent_or_ambiguous_columns_are_named(found: list[str], wanted: Columns, option: str) -> None:
    with pytest.raises(InputError, match=re.escape(option)) as caught:
        choose_columns(found, wanted, "f.csv")
    assert "f.csv" in str(caught.value)


def test_the_error_lists_the_columns_found() -> None:
    with pytest.raises(
        InputError, match=r"no column with a usual name .* among who, item_id, time: name the right one"
    ):
        choose_columns(["who", "item_id", "time"], Columns(), "f.csv")


def test_all_columns_that_are_not_found_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        choose_columns(["order", "customer", "product", "movie"], Columns(user="client"), "f.csv")
    items = "2 columns with a usual name (product, movie)"
    times = "no column with a usual name (timestamp, time, ts, unix_time, unix_timestamp, unix_review_time)"
    assert str(caught.value) == (
        f"f.csv has no column called client, {items} and {times} among order, customer, product, movie: name the right "
        "ones by --user-column, --item-column and --time-column."
    )
