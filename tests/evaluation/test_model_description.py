from dataclasses import dataclass, make_dataclass
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


def test_settings_have_the_texts_below_their_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_description, "load", lambda name: Planted)
    monkeypatch.setattr(model_description, "registered", lambda: {"planted": None})
    monkeypatch.setattr(model_description, "distribution", lambda point: "planted 1.0")
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
    monkeypatch.setattr(model_description, "load", lambda name: made)
    monkeypatch.setattr(model_description, "registered", lambda: {"m": None})
    monkeypatch.setattr(model_description, "distribution", lambda point: "")
    assert [(each.name, each.meaning) for each in describe_model("m").settings] == [("size", "")]


@pytest.mark.parametrize("name", list(registered()))
def test_every_setting_of_every_model_says_what_it_means(name: str) -> None:
    model = describe_model(name)
    assert model.summary.endswith(".")
    assert [each.name for each in model.settings if not each.meaning or not each.accepts] == []


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'fpmc'"):
        describe_model("fpmcc")
