"""The built-in paper holds what was reported, and a file that says something else than it means is refused."""

from dataclasses import asdict
from pathlib import Path

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.studies.loading import STUDIES, load_study
from seqrec_bench.studies.view import View

CHEN2020 = (STUDIES / "chen2020.toml").read_text(encoding="utf-8")
NO_MEMORY = 'label = "without memory"\nmodel = "'


def test_the_built_in_paper_reports_its_table(view: View) -> None:
    assert (view.name, view.dataset, view.protocol, view.dimension) == ("chen2020", "ml-100k", "loo-full-v1", 100)
    assert view.metrics == ("HR@50", "MRR@50", "NDCG@50")
    assert [(row.label, row.model, *row.reported.values(), row.hits) for row in view.rows] == [
        ("GRU4Rec", "gru4rec", 0.4698, 0.0753, 0.1522, 443),
        ("FPMC", "fpmc", 0.4889, 0.0809, 0.1599, 461),
        ("Caser", "caser", 0.5111, 0.0864, 0.1691, 482),
        ("AM-LSTM", "am-lstm", 0.5355, 0.0914, 0.1781, 505),
    ]
    assert all(tuple(row.reported) == view.metrics for row in view.rows)
    assert [(row.label, row.model, row.dimension) for row in view.references] == [
        ("Popularity", "popularity", 0),
        ("Item-kNN", "item-knn", 0),
        ("Markov chain", "markov-chain", 0),
        ("Sequential rules", "sequential-rules", 0),
        ("SASRec", "sasrec", 100),
    ]
    assert not any(row.reported for row in (*view.references, *view.ablations))
    assert {row.variant for row in (*view.rows, *view.references)} == {"paper"}
    assert {row.dimension for row in (*view.rows, *view.ablations)} == {100}
    assert view.figure_metrics == ("HR@50", "MRR@50")
    assert view.figure_dimensions == (25, 50, 75, 100, 125, 150)


def test_the_built_in_paper_has_a_margin_for_each_metric_and_says_why(view: View) -> None:
    assert view.margins == {"HR@50": 0.02, "MRR@50": 0.01, "NDCG@50": 0.01}
    assert [view.practical_margin(metric) for metric in view.metrics] == [0.01, 0.005, 0.005]
    assert "twice the standard deviation" in view.margins_reason


def test_the_built_in_paper_takes_four_parts_out_of_its_model(view: View) -> None:
    assert [(row.label, row.model, row.variant) for row in view.ablations] == [
        ("without attention", "am-lstm", "no-attention"),
        ("without memory", "am-lstm", "no-memory"),
        ("without fixed user vector", "am-lstm", "no-fixed-user-vector"),
        ("random starting vectors", "am-lstm", "random-start"),
    ]


def test_a_paper_need_not_have_ablations(tmp_path: Path, view: View) -> None:
    file = tmp_path / "mine.toml"
    head, _, rest = CHEN2020.partition("[[table.ablations]]")
    figures, _, _ = rest[rest.index("[figures]") :].partition("[[claims]]")
    file.write_text(head + figures, encoding="utf-8")
    assert asdict(load_study(file).view()) == {**asdict(view), "name": "mine", "ablations": (), "claims": ()}


def test_only_943_users_fit_the_reported_hit_rates(view: View) -> None:
    def fits(n_users: int) -> bool:
        rates = [row.reported["HR@50"] for row in view.rows]
        return all(abs(round(rate * n_users) / n_users - rate) <= 0.5e-4 for rate in rates)

    assert [n_users for n_users in range(300, 1301) if fits(n_users)] == [view.n_users] == [943]
    assert [round(row.reported["HR@50"] * 943) for row in view.rows] == [row.hits for row in view.rows]


def test_a_file_of_ones_own_is_read_alike(tmp_path: Path, view: View) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(CHEN2020, encoding="utf-8")
    assert asdict(load_study(file).view()) == {**asdict(view), "name": "mine"}


def test_an_unknown_paper_is_told_which_there_are() -> None:
    with pytest.raises(InputError, match=r"chen2021\.toml can't be read \(.*\); built in: chen2020\."):
        load_study("chen2021").view()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("cutoff = 50", "cutoff = 50\ncolour = 1", "it has the unknown key colour"),
        ("[table]", "[table]\nalpha = 0.05", r"unknown key table\.alpha \(known here: dimension, n_users, rows"),
        ("hits = 461", "hit = 461", r"unknown key table\.rows\[1\]\.hit "),
        ('model = "popularity"', 'model = "popularity"\nhits = 1', r"unknown key table\.references\[0\]\.hits"),
        ("MRR = 0.0753,", "MRR = 0.0753, MAP = 0.1,", r"unknown key table\.rows\[0\]\.reported\.MAP"),
        ("[figures]", "[figures]\nseeds = 5", r"unknown key figures\.seeds"),
        ("cutoff = 50", "", "it lacks the key cutoff"),
        ("MRR = 0.0753, ", "", r"it lacks the key table\.rows\[0\]\.reported\.MRR"),
        ('label = "Caser"', "", r"it lacks the key table\.rows\[2\]\.label"),
        ("cutoff = 50", 'cutoff = "50"', "cutoff is '50', which is not of type int"),
        ("cutoff = 50", "cutoff = true", "cutoff is True, which is not of type int"),
        ("cutoff = 50", "cutoff = 0", "cutoff is 0, not a whole number from 1 to 10000"),
        ("n_users = 943", "n_users = 0", "table.n_users is 0, not a whole number from 1"),
        ("HR = 0.4889", "HR = 48.89", r"table\.rows\[1\]\.reported\.HR is 48\.89, not between 0 and 1"),
        ("HR = 0.4889", "HR = nan", r"table\.rows\[1\]\.reported\.HR is nan"),
        ("HR = 0.4889", "HR = 1", r"table\.rows\[1\]\.reported\.HR is 1, which is not of type float"),
        ('dataset = "ml-100k"', 'dataset = ""', "dataset is empty"),
        (
            'metrics = ["HR", "MRR", "NDCG"]',
            'metrics = ["HR", "MeanRank"]',
            "metrics has 'MeanRank', which is none of HR, Recall",
        ),
        ('metrics = ["HR", "MRR", "NDCG"]', "metrics = [[1]]", "metrics has \\[1\\], which is none of"),
        ('metrics = ["HR", "MRR", "NDCG"]', 'metrics = ["HR", "HR"]', "metrics has one metric twice"),
        ('metrics = ["HR", "MRR"]', "metrics = []", r"figures\.metrics is empty"),
        ("25, 50, 75, 100", "25, 75, 50, 100", "positive, rising whole numbers"),
        ("[25, 50", "[0, 25, 50", "positive, rising whole numbers"),
        ("[25, 50", "[25.0, 50", "positive, rising whole numbers"),
        ("75, 100, 125", "75, 125", "figures.dimensions lacks the table's dimension 100"),
        ('model = "fpmc"', 'model = "caser"', "two rows of one model"),
        ('model = "popularity"', 'model = "caser"', "two rows of one model"),
        ('variant = "no-memory"', 'variant = "no-memory"\nhits = 1', r"unknown key table\.ablations\[1\]\.hits "),
        ('variant = "no-memory"', "", r"it lacks the key table\.ablations\[1\]\.variant"),
        ('variant = "no-memory"', 'variant = ""', r"table\.ablations\[1\]\.variant is empty"),
        ('variant = "no-memory"', "variant = 1", r"table\.ablations\[1\]\.variant is 1, which is not of type str"),
        ('variant = "no-memory"', 'variant = "paper"', "the ablation 'without memory' is of the variant 'paper'"),
        ('variant = "no-memory"', 'variant = "no-attention"', "two ablations of one model and variant"),
        (f"{NO_MEMORY}am-lstm", f"{NO_MEMORY}lstm", "the ablation 'without memory' is of 'lstm', which has no row"),
        (f"{NO_MEMORY}am-lstm", f"{NO_MEMORY}sasrec", "'without memory' is of 'sasrec', which has no row"),
        ("dimension = 100\n\n", "dimension = 0\n\n", r"table\.references\[4\]\.dimension must be 1 or more"),
        ("dimension = 100\n\n", "dimension = 9.5\n\n", r"references\[4\]\.dimension is 9\.5, which is not of type int"),
        ("hits = 461", "hits = 462", "FPMC has hits of another hit rate"),
        ("[margins]", "[margins]\nMAP = 0.01", r"unknown key margins\.MAP \(known here: HR, MRR, NDCG, reason\)"),
        ("HR = 0.02\n", "", r"it lacks the key margins\.HR"),
        ("HR = 0.02", "HR = 0.0", r"margins\.HR is 0\.0, not between 0 and 1"),
        ("HR = 0.02", "HR = 2.0", r"margins\.HR is 2\.0, not between 0 and 1"),
        ("HR = 0.02", "HR = nan", r"margins\.HR is nan"),
        ("reason = ", "why = ", r"unknown key margins\.why"),
        ("[table]", "[table", "at line"),
        ("[[table.references]]", "[table.references]", "Cannot"),
    ],
)
def test_what_is_not_exactly_a_paper_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    file = tmp_path / "mine.toml"
    assert old in CHEN2020
    file.write_text(CHEN2020.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=rf"mine\.toml is not valid: .*{complaint}"):
        load_study(file).view()


def test_hits_need_a_hit_rate(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = CHEN2020.replace('["HR", "MRR", "NDCG"]', '["MRR", "NDCG"]')
    text = text.replace("HR = 0.02\n", "")
    for rate in ("0.4698", "0.4889", "0.5111", "0.5355"):
        text = text.replace(f"HR = {rate}, ", "")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="GRU4Rec has hits, but metrics has no HR"):
        load_study(file).view()


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    head, _, rest = CHEN2020.partition("[[table.rows]]")
    file.write_text(f"{head}rows = []\n{rest[rest.index('[[table.references]]') :]}", encoding="utf-8")
    with pytest.raises(InputError, match=r"table\.rows is empty"):
        load_study(file).view()
