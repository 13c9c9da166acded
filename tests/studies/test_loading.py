"""The built-in paper holds what was reported, and a file that says something else than it means is refused."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.studies.loading import STUDIES, load_study, studies
from seqrec_bench.studies.study import DataFile, Study
from seqrec_bench.studies.view import View

CHEN2020 = (STUDIES / "chen2020.toml").read_text(encoding="utf-8")
NO_MEMORY = 'label = "without memory"\nmodel = "'
ROW = '[[rows]]\nmodel = "fpmc"\n'
GRU4REC = '"HR@50" = 0.4698, "MRR@50" = 0.0753, "NDCG@50" = 0.1522'


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


def test_a_paper_need_not_have_ablations(study_of: Callable[[str], Study], view: View) -> None:
    head, _, rest = CHEN2020.partition("[[ablations]]")
    figures, _, _ = rest[rest.index("[figures]") :].partition("[[claims]]")
    read = study_of(head + figures).view()
    assert asdict(read) == {**asdict(view), "name": "mine", "ablations": (), "claims": ()}


def test_a_data_set_of_a_family_is_one_like_any_other(study_of: Callable[[str], Study]) -> None:
    names = ["amazon2023-5core-Video_Games", "s3rec-yelp"]
    assert study_of(f"datasets = {names}\n{ROW}").dataset_names == tuple(names)


def test_only_943_users_fit_the_reported_hit_rates(view: View) -> None:
    def fits(n_users: int) -> bool:
        rates = [row.reported["HR@50"] for row in view.rows]
        return all(abs(round(rate * n_users) / n_users - rate) <= 0.5e-4 for rate in rates)

    assert [n_users for n_users in range(300, 1301) if fits(n_users)] == [view.n_users] == [943]
    assert [round(row.reported["HR@50"] * 943) for row in view.rows] == [row.hits for row in view.rows]


def test_a_file_of_ones_own_is_read_alike(study_of: Callable[[str], Study], view: View) -> None:
    assert asdict(study_of(CHEN2020).view()) == {**asdict(view), "name": "mine"}


@pytest.mark.parametrize("name", studies())
def test_all_that_comes_with_the_package_can_be_read_and_run(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    assert study.groups


@pytest.mark.parametrize("name", ["chen2021", "", "CHEN2020"])
def test_an_unknown_study_is_told_which_there_are(name: str) -> None:
    with pytest.raises(
        InputError, match=rf"There is no study '{name}'.*: choose from ablations, .*, chen2020, .*toml\."
    ):
        load_study(name)


def test_a_name_that_is_nearly_one_is_guessed() -> None:
    with pytest.raises(InputError, match=r"did you mean 'chen2020'\?"):
        load_study("chen202")


@pytest.mark.parametrize("source", ["no/such/study", "chen2020.toml", Path("chen2020")])
def test_a_file_that_is_not_there_is_said(source: str | Path) -> None:
    with pytest.raises(InputError, match=rf"The study {source} can't be read \(No such file .*\): .*chen2020"):
        load_study(source)


def test_a_directory_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"can't be read \(Is a directory\)"):
        load_study(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"title = \xff", "it is not in UTF-8"),
        (b"[rows\n", "Expected ']' at the end of a table declaration (at line 1, column 6)"),
        (b"seeds = [1]\nseeds = [2]\n", "Cannot overwrite a value (at line 2, column 12)"),
        (b"dimension = " + b"9" * 5000, "Exceeds the limit (4300 digits) for integer string conversion"),
        (b"seeds = " + b"[" * 5000 + b"]" * 5000, "it is nested too deeply"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, text: bytes, complaint: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(text)
    with pytest.raises(InputError) as refusal:
        load_study(file)
    assert f"mine.toml is not valid: {complaint}" in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "complaints"),
    [
        ("dimension = 100\n", "dimension = 100\ncolour = 1\n", ["it has the unknown key colour"]),
        ("dimension = 100\n", 'dimension = 100\nname = "x"\n', ["it has the unknown key name"]),
        ("dimension = 100\n", 'dimension = 100\nfolder = "x"\n', ["it has the unknown key folder"]),
        ("[users]", "[users]\nml-1m = 5", ["users has 'ml-1m', which is none of datasets"]),
        ("hits.ml-100k = 461", "hit = 461", ["it has the unknown key rows[1].hit"]),
        ("[figures]", "[figures]\nseeds = 5", ["it has the unknown key figures.seeds"]),
        ('model = "caser"\n', "", ["it lacks the key rows[2].model"]),
        ("dimension = 100\n", 'dimension = "100"\n', ["dimension is '100': not a whole number from 1 to 65536"]),
        ("dimension = 100\n", "dimension = true\n", ["dimension is True: not a whole number from 1 to 65536"]),
        ("dimension = 100\n", "dimension = 0\n", ["dimension is 0: not a whole number from 1 to 65536"]),
        ("ml-100k = 943", "ml-100k = 0", ["users.ml-100k is 0: not a whole number from 1 to 2147483647"]),
        ("ml-100k = 943", "ml-100k = 94.3", ["users.ml-100k is 94.3: not a whole number from 1 to 2147483647"]),
        ('"HR@50" = 0.4889', '"HR@50" = 48.89', ['rows[1].reported.ml-100k."HR@50" is 48.89, not between 0 and 1']),
        ('"HR@50" = 0.4889', '"HR@50" = -0.1', ['rows[1].reported.ml-100k."HR@50" is -0.1: not a number from 0 up']),
        ('"HR@50" = 0.4889', '"HR@50" = nan', ['rows[1].reported.ml-100k."HR@50" is nan: not a number from 0 up']),
        ('"HR@50" = 0.4889', '"HR@50" = true', ['rows[1].reported.ml-100k."HR@50" is True: not a number from 0 up']),
        ('"HR@50" = 0.4889', '"HR@50" = "x"', ["rows[1].reported.ml-100k.\"HR@50\" is 'x': not a number from 0 up"]),
        (
            f"reported.ml-100k = {{ {GRU4REC} }}",
            "reported.ml-1m = { }",
            ["rows[0].reported has 'ml-1m', which is none of datasets", "rows[0].hits.ml-100k needs users.ml-100k and"],
        ),
        (f"ml-100k = {{ {GRU4REC} }}", '"HR@50" = 0.4698', ['rows[0].reported."HR@50" is 0.4698: not a table']),
        (GRU4REC, f'{GRU4REC}, "MAP@50" = 0.1', ["rows[0].reported.ml-100k.\"MAP@50\": 'MAP@50' is none of metrics"]),
        (
            GRU4REC,
            f'{GRU4REC}, "MAP" = 0.1',
            ["the key rows[0].reported.ml-100k.MAP is wrong: there is no metric 'MAP'"],
        ),
        ('datasets = ["ml-100k"]', 'datasets = [""]', ["datasets[0] is '': it is empty"]),
        ('datasets = ["ml-100k"]', "datasets = [1]", ["datasets[0] is 1: not a text"]),
        ('datasets = ["ml-100k"]', "datasets = []", ["datasets is []: it is empty"]),
        ('datasets = ["ml-100k"]', 'datasets = "ml-100k"', ["datasets is 'ml-100k': not a list"]),
        ('datasets = ["ml-100k"]', 'datasets = ["ml-100k", "ml-100k"]', ["it has 'ml-100k' twice"]),
        ('datasets = ["ml-100k"]', 'datasets = ["ml-100"]', ["there is no such data set (did you mean 'ml-100k'?)"]),
        (
            'datasets = ["ml-100k"]',
            'datasets = ["amazon2023-5core-Video_Game"]',
            [
                "there is no such data set (did you mean 'amazon2023-5core-Video_Games'?): choose from "
                "amazon2023-5core-All"
            ],
        ),
        ('protocol = "loo-full-v1"', 'protocol = "loo-v1"', ["protocol is 'loo-v1': there is no protocol 'loo-v1'"]),
        (
            'protocol = "loo-full-v1"',
            'protocol = "loo-full-1core-v1"',
            ["protocol is 'loo-full-1core-v1': there is no protocol 'loo-full-1core-v1': 1core takes nothing out"],
        ),
        (
            'protocol = "loo-full-v1"',
            'protocol = "loo-negatives-1a2b3c4d-v1"',
            ["it lacks the key negatives, the file that protocol means by 'loo-negatives-1a2b3c4d-v1'"],
        ),
        (
            'protocol = "loo-full-v1"',
            'protocol = "loo-full-v1"\nnegatives = "some.txt"',
            ["no protocol of it ranks targets among the negatives of some.txt: name the one that"],
        ),
        ('protocol = "loo-full-v1"', "negatives = 1", ["negatives is 1: not a text"]),
        ('select = "NDCG@50"', 'select = "NDGC@50"', ["select is 'NDGC@50': there is no metric 'NDGC@50'"]),
        ('metrics = ["HR@50", ', 'metrics = ["HRR@50", ', ["metrics[0] is 'HRR@50': there is no metric 'HRR@50'"]),
        ('metrics = ["HR@50", ', 'metrics = ["HR@0", ', ["metrics[0] is 'HR@0': ", "a cut-off is a whole number"]),
        ('metrics = ["HR@50", ', "metrics = [[1], ", ["metrics[0] is [1]: not a text, as 'NDCG@10' is"]),
        ('metrics = ["HR@50", ', 'metrics = ["HR@50", "HR@50", ', ["it has 'HR@50' twice"]),
        ('metrics = ["HR@50", "MRR@50"]', "metrics = []", ["figures.metrics is []: it is empty"]),
        ("25, 50, 75, 100", "25, 75, 50, 100", ["figures.dimensions must be positive, rising whole numbers"]),
        ("[25, 50", "[0, 25, 50", ["figures.dimensions must be positive, rising whole numbers"]),
        ("[25, 50", "[25.0, 50", ["figures.dimensions[0] is 25.0: not a whole number from 0 to 65536"]),
        ("[25, 50", "[25, 25, 50", ["it has 25 twice"]),
        ("75, 100, 125", "75, 125", ["figures.dimensions lacks the table's dimension 100"]),
        ('model = "fpmc"', 'model = "caser"', ["rows has 'caser paper-d100' twice"]),
        (
            'model = "fpmc"',
            'model = "fpcm"',
            ["rows[1].model is 'fpcm': there is no such recommender (did you mean 'f"],
        ),
        ('model = "popularity"\ndimension = 0', 'model = "caser"', ["rows has 'caser paper-d100' twice"]),
        ('label = "FPMC"', 'label = "Caser"', ["rows has the label 'Caser' twice: give one of them another"]),
        ('label = "Popularity"', 'label = "Caser"', ["rows has the label 'Caser' twice: give one of them another"]),
        ('label = "FPMC"', 'label = " "', ["rows[1].label is ' ': it is empty"]),
        (
            'label = "FPMC"',
            'label = "F\\u0000"',
            ["rows[1].label is 'F\\x00': it has characters that can't be printed"],
        ),
        ("reference = true", "reference = 1", ["rows[4].reference is 1: neither true nor false"]),
        ('variant = "no-memory"', 'variant = "no-memory"\nhits = 1', ["it has the unknown key ablations[1].hits"]),
        ('variant = "no-memory"\n', "", ["it lacks the key ablations[1].variant"]),
        ('variant = "no-memory"', 'variant = ""', ["ablations[1].variant is '': it is empty"]),
        ('variant = "no-memory"', 'variant = "No Memory"', ["ablations[1].variant is 'No Memory': it becomes part of"]),
        ('variant = "no-memory"', "variant = 1", ["ablations[1].variant is 1: not a text"]),
        ('variant = "no-memory"', 'variant = "paper"', ["ablations[1] is changed by settings, so it is not 'paper'"]),
        ('variant = "no-memory"', 'variant = "no-attention"', ["ablations has 'am-lstm no-attention' twice"]),
        ('label = "without memory"', 'label = "without attention"', ["ablations has 'without attention' twice"]),
        (f"{NO_MEMORY}am-lstm", f"{NO_MEMORY}lstm", ["ablations[1].model is 'lstm': there is no such recommender"]),
        (f"{NO_MEMORY}am-lstm", f"{NO_MEMORY}sasrec", ["ablations[1] is of 'sasrec', which has no row"]),
        (
            "memory = false",
            "memory = nan",
            ["ablations[1].settings.memory is nan: neither a number nor a text, true or"],
        ),
        ("memory = false", "memory = []", ["ablations[1].settings.memory is []: neither a number nor a text, true or"]),
        ("dimension = 100\nreference", "dimension = 9.5\nreference", ["rows[8].dimension is 9.5: not a whole number"]),
        ("dimension = 100\nreference", "dimension = -1\nreference", ["rows[8].dimension is -1: not a whole number"]),
        (
            "hits.ml-100k = 461",
            "hits.ml-100k = 462",
            ["rows[1].hits.ml-100k is 462, which is another hit rate than is"],
        ),
        ("ml-100k = 943", "", ["rows[0].hits.ml-100k needs users.ml-100k and one reported HR"]),
        ('"HR@50" = 0.4889, ', "", ["rows[1].hits.ml-100k needs users.ml-100k and one reported HR"]),
        (
            "[margins]",
            "[margins]\nMAP = 0.01",
            ["the key margins.MAP is wrong: there is no metric 'MAP': MAP has a cut-"],
        ),
        ('"HR@50" = 0.02\n', "", ['it lacks the key margins."HR@50", though figures are reported']),
        ('"HR@50" = 0.02', '"HR@50" = 0.0', ['margins."HR@50" is 0.0: not a number between 0 and 1']),
        ('"HR@50" = 0.02', '"HR@50" = 2.0', ['margins."HR@50" is 2.0: not a number between 0 and 1']),
        ('"HR@50" = 0.02', '"HR@50" = nan', ['margins."HR@50" is nan: not a number between 0 and 1']),
        ("margins_reason = ", "margins_why = ", ["it has the unknown key margins_why"]),
        ("seeds = [0, 1, 2, 3, 4]", "seeds = [0, 0]", ["seeds is [0, 0]: it has 0 twice"]),
        ("seeds = [0, 1, 2, 3, 4]", "seeds = [-1]", ["seeds[0] is -1: not a whole number from 0 to 4294967295"]),
        ("seeds = [0, 1, 2, 3, 4]", "seeds = []", ["seeds is []: it is empty"]),
        ('models = ["sasrec"]', "models = []", ["cells[1].models is []: it is empty"]),
        ('models = ["sasrec"]', 'models = ["sasre"]', ["cells[1].models[0] is 'sasre': there is no such recommender"]),
        (
            'models = ["sasrec"]',
            'models = ["sasrec"]\nprotocols = ["x"]',
            ["cells[1].protocols[0] is 'x': there is no p"],
        ),
        (
            'models = ["sasrec"]',
            'models = ["sasrec"]\nsettings.sasrec.heads = 1',
            ["cells[1] is changed by settings, so it is not 'paper': give it a variant of its own"],
        ),
        (
            'models = ["sasrec"]',
            'models = ["sasrec"]\nsettings.caser.dropout = 0.1',
            ["cells[1].settings has 'caser', which is none of its models"],
        ),
        ("[users]", "[[users]]", ["users is [{'ml-100k': 943}]: not a table"]),
        ("[[rows]]", "[[rows.list]]", ["Cannot "]),
    ],
)
def test_what_is_not_exactly_a_study_is_refused(
    faults_with: Callable[[str, str], list[str]], old: str, new: str, complaints: list[str]
) -> None:
    faults = "; ".join(faults_with(old, new))
    for complaint in complaints:
        assert complaint in faults
    for foreign in ("Input", "Value error", "validator", "pydantic", "[key]", "instance of", "function-"):
        assert foreign not in faults


def test_all_faults_of_a_file_are_named_at_once(faults_of: Callable[[str], list[str]]) -> None:
    faults = faults_of("""
        colour = 1
        datasets = ["ml-100k", "ml-1000k"]
        protocol = "loo"
        metrics = ["HR@10", "NDCG"]
        dimension = 0
        users = { ml-100k = 2.5 }

        [figures]
        metrics = ["HR@10"]
        dimensions = [100, 50]

        [[rows]]
        label = 1
        model = "fpcm"
        settings.epochs = [1]

        [[cells]]
        models = ["fpmc"]
        settings.caser.epochs = 1

        [[claims]]
        id = ""
        kind = "trend"

        [[claims]]
        kind = "rank"
        """)
    expected = [
        "datasets[1] is 'ml-1000k': there is no such data set (did you mean 'ml-100k'?)",
        "protocol is 'loo': there is no protocol 'loo': a name is a split",
        "metrics[1] is 'NDCG': there is no metric 'NDCG': NDCG has a cut-off, as NDCG@10 has",
        "dimension is 0: not a whole number from 1 to 65536",
        "users.ml-100k is 2.5: not a whole number from 1 to 2147483647",
        "rows[0].model is 'fpcm': there is no such recommender (did you mean 'fpmc'?)",
        "rows[0].label is 1: not a text",
        "rows[0].settings.epochs is [1]: neither a number nor a text, true or false",
        "it has the unknown key colour",
        "claims[0].id is '': it is empty",
        "it lacks the key claims[0].text",
        "it lacks the key claims[0].model",
        "it lacks the key claims[0].metric",
        "claims[1].kind is 'rank', which is none of order",
        "cells[0].settings has 'caser', which is none of its models",
    ]
    assert len(faults) == len(expected)
    assert all(fault.startswith(start) for fault, start in zip(faults, expected, strict=True))


def test_what_is_wrong_in_one_part_hides_nothing_of_another(faults_of: Callable[[str], list[str]]) -> None:
    faults = faults_of(f'seeds = "1"\n{ROW}settings.epochs = 2\n{ROW}')
    assert faults == [
        "seeds is '1': not a list",
        "rows has 'fpmc paper-d100' twice",
        "rows has the label 'fpmc' twice: give one of them another",
        "rows[0] is changed by settings, so it is not 'paper': give it a variant of its own",
    ]


def test_a_study_without_rows_and_cells_is_refused(faults_of: Callable[[str], list[str]]) -> None:
    assert faults_of('title = "Nothing"') == ["it has neither rows nor cells"]


@pytest.mark.parametrize("where", ["", "[[cells]]\nmodels = ['fpmc']\n"])
def test_another_selection_needs_a_variant_of_its_own(
    study_of: Callable[[str], Study], faults_of: Callable[[str], list[str]], where: str
) -> None:
    text = f'select = "NDCG@10"\n{where or ROW}'
    (fault,) = faults_of(text)
    assert fault.endswith(" is changed by select = 'NDCG@10', so it is not 'paper': give it a variant of its own")
    (group,) = study_of(f'variant = "at10"\n{text}').groups
    assert group.variant == "at10"


def test_of_all_rows_that_another_selection_changes_one_sentence_is_said(
    faults_of: Callable[[str], list[str]],
) -> None:
    assert faults_of(f'select = "NDCG@10"\n{ROW}{ROW.replace("fpmc", "caser")}') == [
        "rows[0] and rows[1] are changed by select = 'NDCG@10', so they are not 'paper': give the study a variant of "
        "its own"
    ]


def test_reported_figures_need_margins_and_a_metric_of_which_more_is_better(
    faults_of: Callable[[str], list[str]],
) -> None:
    text = f'metrics = ["HR@10", "MeanRank"]\n{ROW}reported.ml-100k = {{ "HR@10" = 0.1, MeanRank = 50.0 }}\n'
    assert faults_of(text) == [
        "rows[0].reported.ml-100k.MeanRank: of MeanRank less is better, and there is no verdict on it",
        'it lacks the key margins."HR@10", though figures are reported',
        "it lacks the key margins.MeanRank, though figures are reported",
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("dimension = 0", "rows[0].dimension is 0, and fpmc has one"),
        ('variant = "x"\nsettings.epoch = 1', "rows[0].settings: fpmc has no setting 'epoch' (did you mean 'epochs'?)"),
        ('variant = "x"\nsettings.epochs = "many"', "rows[0].settings: fpmc.epochs is 'many': give a whole number"),
        ('\n[[rows]]\nmodel = "popularity"\ndimension = 9', "rows[1].dimension is 9, and popularity has none: leave"),
    ],
)
def test_what_a_model_can_not_have_is_refused_before_it_is_run(
    study_of: Callable[[str], Study], row: str, complaint: str
) -> None:
    study = study_of(f"{ROW}{row}\n")
    with pytest.raises(InputError) as refusal:
        study.groups  # noqa: B018
    assert f"The study mine is not valid: {complaint}" in str(refusal.value)


def test_all_that_models_can_not_have_is_named_at_once(study_of: Callable[[str], Study]) -> None:
    groups = [f'[[cells]]\nmodels = ["fpmc"]\nvariant = "{x}"\nsettings.fpmc.{x} = 1\n' for x in ("a", "b")]
    with pytest.raises(
        InputError, match=r"cells\[0\]\.settings: fpmc has no setting 'a'.*; cells\[1\]\.settings: .*'b'"
    ):
        study_of("".join(groups)).groups  # noqa: B018


def test_a_study_of_several_data_sets_shows_each(study_of: Callable[[str], Study]) -> None:
    study = study_of(
        f"""
        datasets = ["ml-100k", "ml-1m", {{ name = "mine", interactions = "data/mine.csv", time_column = "when" }}]
        metrics = ["HR@10"]
        margins = {{ "HR@10" = 0.02 }}
        {ROW}
        reported = {{ ml-100k = {{ "HR@10" = 0.1 }}, mine = {{ "HR@10" = 0.3 }} }}
        """
    )
    assert study.dataset_names == ("ml-100k", "ml-1m", "mine")
    assert study.datasets[2] == DataFile(name="mine", interactions="data/mine.csv", time_column="when")
    figures = {name: [dict(row.reported) for row in study.view(name).rows] for name in study.dataset_names}
    assert figures == {"ml-100k": [{"HR@10": 0.1}], "ml-1m": [{}], "mine": [{"HR@10": 0.3}]}
    assert [study.view(name).has_reported for name in study.dataset_names] == [True, False, True]
    assert study.view().dataset == "ml-100k"
    assert study.view("other").rows == ()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ('{ name = "mine" }', "it lacks the key datasets[0].interactions"),
        ('{ interactions = "x.csv" }', "it lacks the key datasets[0].name"),
        ('{ name = "mine", interactions = "x.csv", colour = 1 }', "it has the unknown key datasets[0].colour"),
        ('{ name = "mine", interactions = 1 }', "datasets[0].interactions is 1: not a text"),
        ('{ name = "my data", interactions = "x.csv" }', "datasets[0].name is 'my data': "),
        (
            '{ name = "mine", interactions = "x.csv", layout = "sequence" }',
            "datasets[0].layout is 'sequence': there is no layout sequence: choose from rows, pairs, sequences",
        ),
        (
            '{ name = "mine", interactions = "x.csv", separator = "tabs" }',
            "datasets[0].separator is 'tabs': there is no separator 'tabs'",
        ),
        (
            '{ name = "mine", interactions = "x.csv", no_times = 1 }',
            "datasets[0].no_times is 1: neither true nor false",
        ),
        (
            '{ name = "mine", interactions = "x.csv", quoting = "some" }',
            "datasets[0].quoting is 'some': there is no quoting some: choose from none and double",
        ),
        (
            '{ name = "mine", interactions = "x.csv", ids_as_written = "yes" }',
            "datasets[0].ids_as_written is 'yes': neither true nor false",
        ),
        (
            '{ name = "ml-1m", interactions = "x.csv" }',
            "datasets[0].name is 'ml-1m': ml-1m is the name of a public data",
        ),
        ('{ name = "a", interactions = "x.csv" }, { name = "a", interactions = "y.csv" }', "datasets has 'a' twice"),
    ],
)
def test_data_of_ones_own_are_exactly_described(
    faults_of: Callable[[str], list[str]], value: str, complaint: str
) -> None:
    (fault,) = faults_of(f"datasets = [{value}]\n{ROW}")
    assert fault.startswith(complaint)


def test_a_study_without_reported_figures_is_a_comparison(study_of: Callable[[str], Study]) -> None:
    study = study_of(f'{ROW}\n{ROW}variant = "short"\nsettings.epochs = 2\nseeds = [7]\n')
    assert not study.has_reported
    for view in (study.view(), study.view(protocol="time-full-v1"), study.view(metrics=[Metric("HR@10")])):
        assert not view.has_reported
        assert [(row.label, row.variant, row.dimension) for row in view.rows] == [
            ("fpmc", "paper", 100),
            ("fpmc short", "short", 100),
        ]
        assert (view.claims, view.ablations, view.margins, view.n_users, view.citation) == ((), (), {}, None, "mine")
    assert [(group.variant, group.seeds, group.settings["fpmc"]) for group in study.groups] == [
        ("paper", (0, 1, 2, 3, 4), {}),
        ("short", (7,), {"epochs": 2}),
    ]


def test_a_papers_rows_are_run_as_its_table_and_figures_show_them(chen2020: Study) -> None:
    view = chen2020.view()
    groups = {
        (group.models, group.variant, tuple(group.dimensions))
        for group in chen2020.model_copy(update={"cells": ()}).groups
    }
    main, curve = (100,), (100, 25, 50, 75, 125, 150)
    assert groups == {
        *(((row.model,), "paper", curve) for row in view.rows),
        *(((row.model,), "paper", main) for row in view.references),
        *(((row.model,), row.variant, main) for row in view.ablations),
    }


def in_toml(value: object) -> str:
    """The value as TOML has it in one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {in_toml(field)}' for key, field in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(in_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


METRICS = ["HR@10", "HR@20", "NDCG@10", "MRR", "MAP@5", "Recall@50"]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
STUDIES_OF_ALL_KINDS = st.fixed_dictionaries(
    {"rows": st.lists(st.sampled_from(["fpmc", "caser", "sasrec", "popularity"]), min_size=1, unique=True)},
    optional={
        "title": WORDS,
        "datasets": st.lists(st.sampled_from(["ml-100k", "ml-1m", "ml-10m"]), min_size=1, unique=True),
        "protocol": st.sampled_from(["loo-full-v1", "time90-uniform9-unique-v1", "loo-full-zeroed-5core-v1"]),
        "metrics": st.lists(st.sampled_from(METRICS), min_size=1, unique=True),
        "dimension": st.integers(1, 65536),
        "seeds": st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4, unique=True),
        "variant": st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True),
        "margins": st.dictionaries(st.sampled_from(METRICS), st.floats(0.001, 0.999)),
        "margins_reason": WORDS,
    },
)


@given(STUDIES_OF_ALL_KINDS)
def test_a_valid_file_is_read_back(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, object]) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    models = fields["rows"]
    assert isinstance(models, list)
    written = {**fields, "rows": [{"model": model, "label": f"{model}!"} for model in models]}
    file.write_text("\n".join(f"{key} = {in_toml(value)}" for key, value in written.items()), encoding="utf-8")
    read = load_study(file).model_dump(exclude_unset=True, exclude={"name", "folder", "claims"})
    assert read == {name: tuple(value) if isinstance(value, list) else value for name, value in written.items()}


def test_claims_are_judged_whatever_metrics_are_shown(chen2020: Study) -> None:
    view = chen2020.view(metrics=[Metric("HR@10")])
    assert not view.has_reported
    assert view.rows[0].reported == {"HR@50": 0.4698, "MRR@50": 0.0753, "NDCG@50": 0.1522}
    assert view.claims == chen2020.view().claims


def test_a_rise_is_judged_where_figures_of_both_models_are_reported(study_of: Callable[[str], Study]) -> None:
    text = CHEN2020.replace('datasets = ["ml-100k"]', 'datasets = ["ml-100k", "ml-1m"]')
    study = study_of(text)
    assert [claim.id for claim in study.view("ml-1m").claims] == ["C1", "C3", "C4", "C5", "C6", "C7"]
    assert len(study.view("ml-100k").claims) == 7


def test_cells_under_given_negatives_need_their_file_too(
    study_of: Callable[[str], Study], faults_of: Callable[[str], list[str]]
) -> None:
    cells = '[[cells]]\nmodels = ["fpmc"]\nprotocols = ["loo-full-v1", "time-negatives-1a2b3c4d-5core-v1"]\n'
    assert faults_of(cells) == [
        "it lacks the key negatives, the file that cells[0].protocols means by 'time-negatives-1a2b3c4d-5core-v1'"
    ]
    assert study_of(f'negatives = "some.txt"\n{cells}').negatives == "some.txt"
