"""The registry, with throwaway distributions."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.registry import (
    absent_hyperparameters,
    build,
    has_dimension,
    hyperparameters,
    load,
    parse_setting,
    registered,
)

Install = Callable[..., None]

PLUG_IN = """
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np


@dataclass
class {class_name}:
    rate: float = 0.5
    dimension: int = 8
    loss: Literal["a", "b"] = "a"
    layers: tuple[int, ...] = (1, 2)

    name: ClassVar[str] = "{name}"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False

    def __post_init__(self):
        if self.rate > 1:
            raise ValueError("rate is above 1")

    @property
    def history_length(self):
        return 1

    @property
    def n_parameters(self):
        return 0

    def fit(self, train, context):
        self._width = train.n_items + 1

    def score(self, users, histories):
        return np.zeros((len(users), self._width), dtype=np.float32)
"""


@pytest.fixture
def plug(install_plugin: Install) -> None:
    install_plugin("plugs", "plug", PLUG_IN.format(class_name="Plug", name="plug"))


def test_the_models_of_the_bench_and_of_others_are_registered_in_order(plug: None) -> None:
    names = list(registered())
    assert names == sorted(names)
    learnt = {"am-lstm", "bert4rec", "caser", "esasrec", "fpmc", "gru4rec", "hgn", "hstu", "lrurec", "sasrec"}
    assert {*learnt, "item-knn", "plug", "popularity", "sequential-rules"} <= set(names)


def test_listing_imports_no_model() -> None:
    code = (
        "import sys; from seqrec_bench.evaluation.registry import registered; assert registered()\n"
        "wrong = {'torch', 'scipy', 'seqrec_baselines'} & set(sys.modules)\n"
        "print(sorted(wrong))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_is_installed_meanwhile_is_found(install_plugin: Install) -> None:
    assert "plug" not in registered()
    install_plugin("plugs", "plug", PLUG_IN.format(class_name="Plug", name="plug"))
    assert "plug" in registered()


def test_one_name_in_two_distributions_is_an_error(plug: None, install_plugin: Install) -> None:
    install_plugin("rival", "plug", PLUG_IN.format(class_name="Plug", name="plug"))
    with pytest.raises(InputError, match=r"Two recommenders are registered as 'plug', by (plugs|rival) 1\.0 and by"):
        registered()


def test_a_plug_in_loads(plug: None) -> None:
    assert load("plug").name == "plug"


def test_an_unknown_name_gets_a_suggestion_and_the_list() -> None:
    with pytest.raises(InputError, match=r"no recommender 'popularty' \(did you mean 'popularity'\?\): choose from .*"):
        load("popularty")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("import numpy", "import nampy"), r"can't be imported from \S+ \(ModuleNotFoundError: .*nampy"),
        (("class Plug", "class Plgu"), r"can't be imported from \S+ \(AttributeError: "),
        (("import numpy as np", "1 / 0"), r"can't be imported from \S+ \(ZeroDivisionError: "),
        (("@dataclass", ""), r"is not a dataclass"),
        (('ClassVar[str] = "plug"', 'ClassVar[str] = "plag"'), r"calls itself 'plag': register it under that name"),
        (('ClassVar[str] = "plug"', 'str = "plug"'), r"no class attribute 'name' of type ClassVar\[str\]"),
        (("version: ClassVar[int] = 1", ""), r"no class attribute 'version' of type ClassVar\[int\]"),
        (
            ("ClassVar[bool] = True", "ClassVar[int] = 1"),
            r"has int for the type of 'deterministic', which has to be bool",
        ),
        (("uses_order: ClassVar[bool] = False", ""), r"no class attribute 'uses_order'"),
        (("def fit", "def train"), r"no method 'fit'"),
        (("def score", "def predict"), r"no method 'score'"),
        (("def history_length", "def length"), r"neither a field nor a property 'history_length'"),
        (("def n_parameters", "def size"), r"neither a field nor a property 'n_parameters'"),
        (("rate: float", "rate: 'Rate'"), r"a field whose type can't be looked up"),
        (
            ("float = 0.5", "float = field(default=0.5, metadata={'absent': 'x'})"),
            r"has a field 'rate' whose metadata have a wrong value for 'absent': give a number",
        ),
        (
            ("= (1, 2)", "= field(default=(), metadata={'absent': ()})"),
            r"has a field 'layers' whose metadata .* give no such value, since its type is none of a setting",
        ),
    ],
)
def test_a_plug_in_that_is_no_recommender_is_named_with_the_reason(
    install_plugin: Install, change: tuple[str, str], complaint: str
) -> None:
    source = PLUG_IN.format(class_name="Plug", name="plug")
    assert change[0] in source
    install_plugin("plugs", "plug", source.replace(*change))
    with pytest.raises(InputError, match=rf"^The recommender 'plug' of the distribution plugs .*{complaint}"):
        load("plug")


def test_the_repr_of_a_wrong_attribute_is_not_asked_for(install_plugin: Install) -> None:
    odd = "class Odd:\n    def __repr__(self): raise ZeroDivisionError\n\n"
    source = PLUG_IN.format(class_name="Plug", name="plug").replace("ClassVar[int] = 1", "ClassVar[int] = Odd()")
    install_plugin("plugs", "plug", odd + source)
    with pytest.raises(InputError, match="has Odd for the type of 'version', which has to be int"):
        load("plug")


def test_a_plug_in_that_is_no_class_is_refused(install_plugin: Install) -> None:
    install_plugin("plugs", "plug", "plug = 3", class_name="plug")
    with pytest.raises(InputError, match="is not a dataclass"):
        load("plug")


def test_build_sets_what_is_given_and_keeps_the_defaults(plug: None) -> None:
    values = hyperparameters(build("plug", dimension=32, settings={"rate": 1, "loss": "b"}))
    assert values == {"rate": 1.0, "dimension": 32, "loss": "b", "layers": [1, 2]}
    assert isinstance(values["rate"], float)


def test_the_dimension_goes_only_to_models_that_have_one(plug: None) -> None:
    assert has_dimension(load("plug")) and not has_dimension(load("item-knn"))
    assert hyperparameters(build("item-knn", dimension=32, settings={"history_length": 1})) == {
        "n_neighbours": 50,
        "shrink": 10.0,
        "history_length": 1,
    }


@pytest.mark.parametrize(
    ("name", "settings", "complaint"),
    [
        ("plug", {"rats": 1}, r"plug has no setting 'rats' \(did you mean 'rate'\?\): it has rate, loss, layers\."),
        ("popularity", {"rate": 1}, r"popularity has no setting 'rate': it has none at all\."),
        ("plug", {"name": "x"}, r"plug has no setting 'name'"),
        ("plug", {"dimension": 3}, r"plug\.dimension is no setting: the dimensions of a run set it\."),
        ("plug", {"rate": "much"}, r"plug\.rate is 'much': give a number\."),
        ("plug", {"layers": [3]}, r"plug\.layers can't be set"),
        ("plug", {"rate": 2}, r"plug does not accept the settings .*\(ValueError: rate is above 1\)\."),
        ("item-knn", {"n_neighbours": 0}, r"item-knn\.n_neighbours is 0"),
    ],
)
def test_a_wrong_setting_is_refused(plug: None, name: str, settings: dict[str, object], complaint: str) -> None:
    with pytest.raises(InputError, match=f"^{complaint}"):
        build(name, dimension=8, settings=settings)


def test_what_a_record_means_that_lacks_a_field_is_what_the_field_says_or_its_default(install_plugin: Install) -> None:
    source = PLUG_IN.format(class_name="Plug", name="plug")
    source = source.replace("float = 0.5", "float = field(default=0.5, metadata={'absent': 2})")
    install_plugin("plugs", "plug", source.replace("= (1, 2)", "= field(default_factory=lambda: (3,))"))
    assert absent_hyperparameters(load("plug")) == {"rate": 2.0, "dimension": 8, "loss": "a", "layers": [3]}


def test_texts_of_the_command_line_become_values(plug: None) -> None:
    assert parse_setting("plug", "rate", ".25") == 0.25
    assert parse_setting("item-knn", "history_length", "none") is None
    with pytest.raises(InputError, match=r"^plug\.loss is 'c': give 'a' or 'b'\.$"):
        parse_setting("plug", "loss", "c")
    with pytest.raises(InputError, match=r"^plug has no setting 'los' \(did you mean 'loss'\?\)"):
        parse_setting("plug", "los", "a")


def test_a_hyperparameter_that_is_not_json_is_an_error(plug: None) -> None:
    recommender = build("plug", dimension=8, settings={})
    recommender.layers = {1}
    with pytest.raises(InputError, match="A hyperparameter of plug can't be written as JSON"):
        hyperparameters(recommender)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("GeneratorExit('g')", r"'plug' has called for the end of the process while it was built \(GeneratorExit: g\)"),
        ("MissingCellsError('looks like missing')", r"plug does not accept the settings .*looks like missing"),
    ],
)
def test_no_plug_in_chooses_how_a_command_ends(install_plugin: Install, raised: str, said: str) -> None:
    head = "from seqrec_bench.errors import MissingCellsError\n"
    install_plugin(
        "plugs",
        "plug",
        head + PLUG_IN.format(class_name="Plug", name="plug") + f"\n    def __post_init__(self): raise {raised}\n",
    )
    with pytest.raises(InputError, match=said):
        build("plug", dimension=1, settings={})
