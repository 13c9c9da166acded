"""The curves hold what the records give, and the figures show all of it, the gaps included."""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from seqrec_bench.analysis.curves import Curves, dimension_curves, rows_of_others
from seqrec_bench.analysis.statistics.estimates import estimate_over_seeds
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.records import Record
from seqrec_bench.rendering import drawing
from seqrec_bench.rendering.curves import curves_chart, data_text
from seqrec_bench.studies.view import View

MakeRecord = Callable[..., Record]


def drop(
    records: list[Record], model: str, dimensions: tuple[int, ...], seeds: tuple[int, ...] = (0, 1, 2)
) -> list[Record]:
    gone = {(model, dimension, seed) for dimension in dimensions for seed in seeds}
    return [record for record in records if (record.key.model, record.key.dimension, record.key.seed) not in gone]


def draw(curves: Curves, view: View, stem: Path) -> list[Path]:
    return drawing.draw_chart(curves_chart([curves], view), stem, data_text(curves))


def figure_of(curves: Curves, view: View) -> Figure:
    return drawing.figure_of(curves_chart([curves], view))


@pytest.fixture
def gaps(all_records: list[Record], view: View) -> Curves:
    """GRU4Rec lacks two points, FPMC all, Caser has one seed at 50, AM-LSTM lacks one seed at 150."""
    records = drop(all_records, "gru4rec", (75, 125))
    records = drop(records, "fpmc", view.figure_dimensions)
    records = drop(records, "caser", (50,), seeds=(1, 2))
    return dimension_curves(drop(records, "am-lstm", (150,), seeds=(1,)), view, "MRR@50")


def test_each_point_follows_from_the_ranks(all_records: list[Record], view: View) -> None:
    curves = dimension_curves(all_records, view, "MRR@50")
    assert (curves.metric, curves.dimensions, curves.missing) == ("MRR@50", (25, 50, 75, 100, 125, 150), ())
    assert [curve.row for curve in curves.curves] == list(view.rows)
    for curve in curves.curves:
        for dimension, point in zip(curves.dimensions, curve.points, strict=True):
            cells = [r for r in all_records if (r.key.model, r.key.dimension) == (curve.row.model, dimension)]
            values = np.stack([metric(record.test, "MRR@50") for record in cells])
            assert point == estimate_over_seeds(Runs(values))


def test_a_model_without_a_dimension_has_no_curve_and_is_not_missing(all_records: list[Record], view: View) -> None:
    counts = next(row for row in view.references if not row.dimension)
    curves = dimension_curves(all_records, replace(view, rows=(counts, *view.rows)), "HR@50")
    assert [curve.row for curve in curves.curves] == list(view.rows)
    assert not curves.missing


def test_missing_cells_are_gaps_and_listed(gaps: Curves) -> None:
    gru4rec, fpmc, caser, am_lstm = gaps.curves
    assert [point is None for point in gru4rec.points] == [False, False, True, False, True, False]
    assert fpmc.points == (None,) * 6
    assert (caser.points[1].half_width, caser.points[1].no_interval) == (None, "1 seed")
    assert am_lstm.points[5].n_seeds == 2
    assert [str(missing) for missing in gaps.missing] == [
        "gru4rec paper-d75",
        "gru4rec paper-d125",
        *[f"fpmc paper-d{dimension}" for dimension in gaps.dimensions],
        "caser paper-d50 of seed 1, 2",
        "am-lstm paper-d150 of seed 1",
    ]


def test_dimensions_may_have_different_seeds(all_records: list[Record], view: View) -> None:
    records = all_records
    for row in view.rows:
        records = drop(records, row.model, (25, 150), seeds=(2,))
    assert dimension_curves(records, view, "HR@50").missing == ()


def test_without_records_there_is_no_curve(view: View, gaps: Curves) -> None:
    curves = dimension_curves([], view, "HR@50")
    assert curves.is_empty and not gaps.is_empty
    assert len(curves.missing) == 4 * 6


def test_the_order_of_the_records_does_not_matter(all_records: list[Record], view: View) -> None:
    shuffled = random.Random(0).sample(all_records, len(all_records))
    assert dimension_curves(shuffled, view, "HR@50") == dimension_curves(all_records, view, "HR@50")


def test_only_cells_of_the_figure_count(all_records: list[Record], make_record: MakeRecord, view: View) -> None:
    strangers = [
        make_record("caser", 100, 7, better=[0] * 40, variant="no-attention"),
        make_record("caser", 200, 7, better=[0] * 40),
        make_record("caser", 100, 7, better=[0] * 40, protocol="loo-full-repeat-v1"),
        make_record("sasrec", 100, 7, better=[0] * 40),
    ]
    expected = dimension_curves(all_records, view, "HR@50")
    assert dimension_curves(all_records + strangers, view, "HR@50") == expected


def test_settings_may_follow_the_dimension_but_not_the_seed(
    all_records: list[Record], make_record: MakeRecord, view: View
) -> None:
    records = drop(all_records, "caser", (50,))
    tuned = [make_record("caser", 50, seed, hyperparameters={"rate": 0.1}) for seed in range(3)]
    assert dimension_curves(records + tuned, view, "HR@50").missing == ()
    with pytest.raises(InvalidRecordError, match=r"caser paper-d50-s0 and caser paper-d50-s2 can't be averaged"):
        dimension_curves([*records, *tuned[:2], make_record("caser", 50, 2)], view, "HR@50")


def test_one_curve_is_of_one_version(all_records: list[Record], make_record: MakeRecord, view: View) -> None:
    newer = [make_record("caser", 150, seed, version=2) for seed in range(3)]
    with pytest.raises(InvalidRecordError, match=r"caser paper-d25-s0 and caser paper-d150-s0 .*different versions"):
        dimension_curves(drop(all_records, "caser", (150,)) + newer, view, "HR@50")


def description(path: Path) -> str:
    if path.suffix == ".png":
        return str(Image.open(path).text["Description"])
    element = ElementTree.parse(path).find(".//{http://purl.org/dc/elements/1.1/}description")
    assert element is not None
    return str(element.text)


def test_a_figure_is_written_as_png_and_svg_with_its_data_and_needs_no_window_system(
    gaps: Curves, view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_figures: int
) -> None:
    monkeypatch.setattr(drawing, "_DPI", small_figures)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    paths = draw(gaps, view, tmp_path / "new" / "figure-2.v1")
    assert paths == [tmp_path / "new" / "figure-2.v1.png", tmp_path / "new" / "figure-2.v1.svg"]
    assert [description(path) for path in paths] == [data_text(gaps)] * 2
    with Image.open(paths[0]) as image:
        assert min(image.size) > 900


def test_the_data_of_a_figure_are_its_numbers(gaps: Curves) -> None:
    data = json.loads(data_text(gaps))
    assert data["dimensions"] == list(gaps.dimensions)
    assert data["missing"] == [str(cell) for cell in gaps.missing]
    assert data["fpmc"] == [[None, None, None]] * 6
    point = gaps.curves[0].points[0]
    assert data["gru4rec"][0] == pytest.approx([point.mean, point.low, point.high], abs=1e-6)
    assert data["caser"][1] == [pytest.approx(gaps.curves[2].points[1].mean, abs=1e-6), None, None]


def test_equal_curves_are_equal_bytes_whatever_the_user_has_set(gaps: Curves, view: View, tmp_path: Path) -> None:
    first = draw(gaps, view, tmp_path / "first")
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 5, "svg.hashsalt": "mine", "axes.grid": True}):
        second = draw(gaps, view, tmp_path / "second")
    for a, b in zip(first, second, strict=True):
        assert a.read_bytes() == b.read_bytes()


def test_the_figure_names_what_is_missing_and_what_has_no_band(gaps: Curves, view: View) -> None:
    text = " ".join(figure_of(gaps, view).get_supxlabel().split())
    assert text.startswith("ml-100k under loo-full-v1.")
    assert " Band: 95 % interval over 2 to 3 seeds, on exactly these users" in text
    assert " No band (1 seed): Caser at 50. " in text
    assert text.endswith(
        " Missing: GRU4Rec at 75, 125; FPMC at 25, 50, 75, 100, 125, 150; Caser (seed 1, 2) at 50; "
        "AM-LSTM (seed 1) at 150."
    )


def test_a_complete_figure_has_no_such_lines(all_records: list[Record], view: View) -> None:
    text = figure_of(dimension_curves(all_records, view, "HR@50"), view).get_supxlabel()
    assert "interval over 3 seeds" in text
    assert "No band" not in text and "Missing" not in text


def test_the_legend_tells_every_model_and_the_reported_points(gaps: Curves, view: View) -> None:
    (legend,) = figure_of(gaps, view).legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["GRU4Rec", "FPMC", "Caser", "AM-LSTM", "reported, at 100"]


def test_models_of_other_data_have_a_curve_each_and_no_reported_point(
    all_records: list[Record], make_record: MakeRecord, view: View
) -> None:
    records = [make_record("fpmc", 16, dataset="own"), make_record("fpmc", 8, dataset="own", variant="tuned")]
    records += [make_record("popularity", 0, dataset="own"), *all_records]
    others = rows_of_others(records, replace(view, dataset="own"))
    curves = dimension_curves(records, others, "HR@50")
    assert curves.dimensions == (8, 16)
    assert [[point is None for point in curve.points] for curve in curves.curves] == [[True, False], [False, True]]
    assert {"fpmc", "fpmc:tuned"} < json.loads(data_text(curves)).keys()
    (legend,) = figure_of(curves, others).legends
    assert [text.get_text() for text in legend.get_texts()] == ["fpmc", "fpmc, tuned"]


def test_models_differ_in_colour_line_and_marker(view: View, all_records: list[Record]) -> None:
    (axes,) = figure_of(dimension_curves(all_records, view, "HR@50"), view).axes
    lines = [line for line in axes.get_lines() if line.get_label() in {row.label for row in view.rows}]
    styles = [(line.get_color(), str(line._unscaled_dash_pattern), line.get_marker()) for line in lines]
    assert [len(set(kind)) for kind in zip(*styles, strict=True)] == [4, 4, 4]


def test_lines_show_the_means_and_break_at_a_gap(gaps: Curves, view: View) -> None:
    (axes,) = figure_of(gaps, view).axes
    lines = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    for curve in gaps.curves:
        expected = [np.nan if point is None else point.mean for point in curve.points]
        np.testing.assert_array_equal(lines[curve.row.label], expected)


def test_reported_points_are_marked_at_the_tables_dimension(gaps: Curves, view: View) -> None:
    (axes,) = figure_of(gaps, view).axes
    points = [line.get_xydata()[0] for line in axes.get_lines() if len(line.get_xydata()) == 1]
    assert [y for _, y in points] == [row.reported["MRR@50"] for row in view.rows]
    assert all(abs(x - 100) < 3 for x, _ in points)


def test_a_metric_that_the_table_lacks_has_no_reported_points(all_records: list[Record], view: View) -> None:
    drawn = figure_of(dimension_curves(all_records, view, "NDCG@10"), view)
    assert {len(line.get_xydata()) for line in drawn.axes[0].get_lines()} == {6}
    assert len(drawn.legends[0].get_texts()) == 4


def test_any_label_can_be_drawn(all_records: list[Record], view: View, tmp_path: Path) -> None:
    for labels, shown in (
        ([r"$\x$", "a\nb", "<&>", "ä"], [r"$\x$", "a b", "<&>", "ä"]),
        (["_a", "\x1b[2J", "b", "c"], [" _a", r"\x1b[2J", "b", "c"]),
    ):
        rows = tuple(replace(row, label=label) for row, label in zip(view.rows, labels, strict=True))
        drawn = figure_of(dimension_curves(all_records, replace(view, rows=rows), "HR@50"), view)
        assert [text.get_text() for text in drawn.legends[0].get_texts()][:4] == shown
    for path in draw(dimension_curves(all_records, view, "HR@50"), view, tmp_path / "figure"):
        assert description(path)
