import sys
from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass
from typing import Literal

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation import model_description
from seqrec_bench.evaluation.model_description import describe_model
from seqrec_bench.evaluation.registry import registered


@dataclass
class Base:
    inherited: int = 1
    """From the base."""


@dataclass
class Planted(Base):
    """The first line (Somebody 2020).

    More.
    """

    version = 3
    deterministic = True
    uses_order = False

    dimension: int = 10
    kind: Literal["a", "b"] = "a"
    """What it
    means."""
    bare: float = 0.5


def plant(monkeypatch: pytest.MonkeyPatch, recommender: type) -> None:
    """Registers it under its name in small letters."""
    name = recommender.__name__.lower()
    monkeypatch.setattr(model_description, "load", lambda name: recommender)
    monkeypatch.setattr(model_description, "registered", lambda: {name: None})
    monkeypatch.setattr(model_description, "distribution", lambda point: f"{name} 1.0")


def test_settings_have_the_texts_below_their_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, Planted)
    model = describe_model("planted")
    assert model.summary == "The first line (Somebody 2020)."
    assert (model.made_by, model.version, model.has_dimension) == ("planted 1.0", 3, True)
    settings = [(each.name, each.default, each.meaning, each.accepts) for each in model.settings]
    assert settings == [
        ("inherited", 1, "From the base.", "a whole number"),
        ("kind", "a", "What it\nmeans.", "'a' or 'b'"),
        ("bare", 0.5, "", "a number"),
    ]


def test_a_class_without_source_has_settings_without_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"version": 1, "deterministic": True, "uses_order": True}
    made = make_dataclass("Made", [("size", int, 3)], namespace=facts)
    plant(monkeypatch, made)
    assert [(each.name, each.meaning) for each in describe_model("made").settings] == [("size", "")]


@pytest.mark.parametrize("name", list(registered()))
def test_every_setting_of_every_model_says_what_it_means(name: str) -> None:
    model = describe_model(name)
    assert model.summary.endswith(".")
    assert [each.name for each in model.settings if not each.meaning or not each.accepts] == []


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'fpmc'"):
        describe_model("fpmcc")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: float("nan"), r"The default of odd\.value can't be written as JSON \(ValueError: "),
        (lambda: {1, 2}, r"The default of odd\.value can't be written as JSON \(TypeError: "),
        (lambda: sys.exit(0), "'odd' has called for the end of the process while its defaults were read"),
    ],
)
def test_a_default_that_no_record_can_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, made: Callable[[], object], says: str
) -> None:
    declared = {"version": 1, "deterministic": True, "uses_order": False}
    odd = make_dataclass("Odd", [("value", float, field(default_factory=made))], namespace=declared)
    plant(monkeypatch, odd)
    with pytest.raises(InputError, match=says):
        describe_model("odd")


def test_a_setting_without_a_default_says_that_it_has_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"version": 1, "deterministic": True, "uses_order": False}
    plant(monkeypatch, make_dataclass("Bare", [("value", float)], namespace=declared))
    assert describe_model("bare").settings[0].default == "(has to be set)"
