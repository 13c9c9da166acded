from pathlib import Path

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.experiments.search_file import SEARCHES, Search, load_search

GOOD = """
dimension = 4
seed = 3
trials = 5

[spaces.fpmc]
learning_rate = [1, 0.5]
epochs = [2, 3, 4]

[spaces.item-knn]
shrink = [10.0]

[fixed.fpmc]
batch_size = 16
initial_std = 1
"""


def load(text: str, tmp_path: Path) -> Search:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return load_search(path)


def test_a_file_is_read_with_its_values_as_the_fields_have_them(tmp_path: Path) -> None:
    search = load(GOOD, tmp_path)
    assert (search.name, search.dimension, search.seed, search.n_trials) == ("mine", 4, 3, 5)
    fpmc, knn = search.models
    assert (fpmc.model, fpmc.space) == ("fpmc", {"learning_rate": [1.0, 0.5], "epochs": [2, 3, 4]})
    assert type(fpmc.space["learning_rate"][0]) is float
    assert (fpmc.fixed, fpmc.n_combinations) == ({"batch_size": 16, "initial_std": 1.0}, 6)
    assert (knn.model, knn.fixed, knn.n_combinations) == ("item-knn", {}, 1)


@pytest.mark.parametrize("name", [path.stem for path in SEARCHES.glob("*.toml")])
def test_the_committed_searches_are_valid_and_give_every_model_all_its_trials(name: str) -> None:
    search = load_search(name)
    assert all(space.n_combinations >= search.n_trials for space in search.models)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 3", "", "it lacks seed"),
        ("seed = 3", "seed = 3\nepochs = 2", "it has epochs, but may have only"),
        ("seed = 3", "seed = -1", "seed is -1: give a whole number from 0"),
        ("trials = 5", "trials = true", "trials is True: give a whole number from 1"),
        ("trials = 5", "trials = 5 5", "not valid"),
        ("dimension = 4", "dimension = 0", "dimension is 0: give a whole number from 1"),
        ("[spaces.fpmc]", "[spaces.fmpc]", "fixed.fpmc is for a model that has no space"),
        ("[spaces.item-knn]", "[spaces.item-nnk]", "did you mean 'item-knn'"),
        ("[1, 0.5]", "[]", "spaces.fpmc.learning_rate is []: give a list"),
        ("[1, 0.5]", "0.5", "spaces.fpmc.learning_rate is 0.5: give a list"),
        ("[1, 0.5]", '[1, "fast"]', "fpmc.learning_rate is 'fast': give a number"),
        ("[1, 0.5]", "[1, -0.5]", "fpmc.learning_rate is -0.5: give 0 or more"),
        ("[1, 0.5]", "[1, nan]", "fpmc.learning_rate is nan: give a number"),
        ("[1, 0.5]", "[1, 1.0]", "spaces.fpmc.learning_rate has one value twice"),
        ("[2, 3, 4]", "[2, 3.0]", "fpmc.epochs is 3.0: give a whole number"),
        ("learning_rate", "learning_rat", "fpmc has no setting 'learning_rat' (did you mean 'learning_rate'?)"),
        ("epochs", "dimension", "fpmc.dimension is no setting"),
        ("shrink = [10.0]", "", "spaces.item-knn names no setting"),
        ("batch_size = 16", "epochs = 16", "spaces.fpmc.epochs is also in fixed.fpmc"),
        ("batch_size = 16", 'batch_size = "big"', "fpmc.batch_size is 'big'"),
        ("batch_size = 16", "batch_siz = 16", "fpmc has no setting 'batch_siz'"),
    ],
)
def test_a_file_with_a_fault_is_refused_in_one_sentence(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        load(GOOD.replace(old, new), tmp_path)
    text = str(caught.value)
    assert message in text
    assert "mine.toml is not valid: " in text
    assert text.endswith(".") and not text.endswith("..") and "\n" not in text


def test_a_search_of_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"add a table \[spaces\.MODEL\]"):
        load("dimension = 4\nseed = 0\ntrials = 1\n[spaces]\n", tmp_path)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InputError,
        match=r"no search 'papre', but .*neighbours \(.*\), paper \(of am-lstm, .*\) and tuned .*a \.toml file",
    ):
        load_search("papre")


def test_a_models_name_is_refused_with_the_search_that_has_it() -> None:
    with pytest.raises(InputError, match="`seqrec-bench search paper --models fpmc` searches fpmc"):
        load_search("fpmc")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mine\.toml can't be read \(No such file"):
        load_search(tmp_path / "mine.toml")
