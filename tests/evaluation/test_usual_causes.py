"""A usual fault is answered by its cause: each planted in what `new` and `new --torch` write, as its author would."""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.evaluation import conformance
from seqrec_bench.evaluation.conformance import ALL_CHECKS, ConformanceError
from seqrec_bench.evaluation.plug_in import COUNTING, TORCH, Kind, write_plug_in


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, str]:
    """The text of each model."""
    found = {}
    for kind in (COUNTING, TORCH):
        folder = tmp_path_factory.mktemp("written")
        write_plug_in("my-model", folder, kind)
        found[kind] = (folder / "my-model/src/my_model/model.py").read_text(encoding="utf-8")
    return found


Load = Callable[..., Any]


@pytest.fixture
def load(sources: dict[Kind, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads the model with these pieces of its text replaced; returns a factory of it, small and soon trained."""

    def load_changed(kind: Kind, *changes: tuple[str, str], **settings: Any) -> Any:
        text = sources[kind]
        for old, new in changes:
            assert text.count(old) >= 1, old
            text = text.replace(old, new)
        (tmp_path / "a_model.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "a_model", raising=False)
        small = {"dimension": 8, "epochs": 2, "learning_rate": 0.01} if kind is TORCH else {}
        return partial(importlib.import_module("a_model").MyModel, **small | settings)

    return load_changed


EVAL = ("self._net.eval()  # or dropout would be on", "self._net.train()")
"""As a loop of one's own leaves it."""
PADDING_TRAINED = (
    (", padding_idx=PADDING)", ")"),
    ("functional.linear(states, self.item.weight[1:])", "functional.linear(states, self.item.weight)"),
    ("functional.pad(self._net.scores(last), (1, 0))", "self._net.scores(last)"),
    ("self._tensor(samples.targets[present]) - 1", "self._tensor(samples.targets[present])"),
    ("items, counts = shift_left(histories)", "items, counts = histories, np.full(len(histories), histories.shape[1])"),
)
ON_THE_LEFT = PADDING_TRAINED[-1]
SEEDED = "with seeded(context.seed, context.device):"

MOVING = ("moving=(optimizer, rng)", "moving=(optimizer,)")
FAULTS: list[tuple[Kind, str, tuple[tuple[str, str], ...], str]] = [
    (
        TORCH,
        "scoring_changes_nothing",
        (EVAL,),
        r"dropout is on, since _net is in training mode: call `self._net.eval\(\)`",
    ),
    (TORCH, "scores_do_not_depend_on_the_batch", (EVAL,), "dropout is on, since _net is in training mode"),
    (
        TORCH,
        "more_padding_changes_nothing",
        PADDING_TRAINED,
        r"row of _net.item.weight is not 0, since the scores train it",
    ),
    (
        TORCH,
        "more_padding_changes_nothing",
        (("            self.item.weight[PADDING] = 0", "            pass"), ON_THE_LEFT),
        r"row of _net.item.weight is not 0, .* or it was drawn after",
    ),
    (TORCH, "more_padding_changes_nothing", (ON_THE_LEFT,), "padding takes part in attention, a mean or a recurrence"),
    (
        TORCH,
        "scores_do_not_depend_on_the_batch",
        ((", batch_first=True", ""),),
        "the batch is taken for another axis",
    ),
    (
        TORCH,
        "scores_do_not_depend_on_the_batch",
        (("return scores.cpu()", "return (scores - scores.mean(dim=0)).cpu()"),),
        "its mean is taken away",
    ),
    (TORCH, "same_seed_same_scores", ((SEEDED, "if True:"),), "make and train a net inside `seeded"),
    (
        TORCH,
        "global_random_state_is_left_alone",
        ((SEEDED, "if torch.manual_seed(context.seed):"),),
        r"`torch.manual_seed`, or a net made outside: do all inside `seeded",
    ),
    (
        TORCH,
        "state_is_a_copy",
        (("return net_state(self._net)", "return {n: v.numpy() for n, v in self._net.state_dict().items()}"),),
        r"a tensor's numpy\(\) shares its memory: `.numpy\(\).copy\(\)`",
    ),
    (
        TORCH,
        "state_can_be_kept",
        (("return net_state(self._net)", "return self._net.state_dict()"),),
        r"it holds tensors or whole objects: `net_state\(net\)`",
    ),
    (
        TORCH,
        "restored_scores_are_the_same",
        (
            (
                "return net_state(self._net)",
                "return net_state(self._net) | {'item.weight': net_state(self._net)['item.weight'] * 0}",
            ),
        ),
        r"something that score\(\) needs is neither in the state",
    ),
    (
        TORCH,
        "scores_have_one_column_per_item",
        (("return scores.cpu().numpy()", "return scores"),),
        r"`.cpu\(\).numpy\(\)` makes an array of a tensor",
    ),
    (
        TORCH,
        "scores_have_one_column_per_item",
        (("return scores.cpu().numpy()", "return scores.double().numpy()"),),
        r"NumPy counts in 64 bits: `.astype\(np.float32\)`",
    ),
    (
        TORCH,
        "scores_have_one_column_per_item",
        (("functional.pad(self._net.scores(last), (1, 0))", "self._net.scores(last)"),),
        "column 0, the padding item's, is left out",
    ),
    (
        TORCH,
        "scores_have_one_column_per_item",
        (("return scores.cpu()", "return scores.scatter(1, self._tensor(items), -torch.inf).cpu()"),),
        "seen or padding items are masked with -inf",
    ),
    (
        TORCH,
        "empty_history_still_scores",
        (
            (
                "return scores.cpu()",
                "return (scores * self._tensor(counts)[:, None] / self._tensor(counts)[:, None]).cpu()",
            ),
        ),
        "a softmax over places that are all masked",
    ),
    (
        TORCH,
        "is_a_dataclass_with_json_hyperparameters",
        ((" = field(init=False, repr=False, compare=False)", " = field(default_factory=lambda: Net(1, 1, 0.0))"),),
        r"what is learnt, a net say, is a field: `field\(init=False",
    ),
    (
        TORCH,
        "fit_forgets_the_last_fit",
        (
            (
                "rng = np.random.default_rng(context.seed)",
                "self._rng = rng = getattr(self, '_rng', None) or np.random.default_rng(context.seed)",
            ),
        ),
        r"the net, its optimiser, counts or a generator are made before fit\(\), or kept",
    ),
    (TORCH, "a_stopped_training_ends_as_any_other", (MOVING,), "something moves in an epoch that no checkpoint has"),
    (
        COUNTING,
        "order_matters_only_where_declared",
        (("uses_order: ClassVar[bool] = True", "uses_order: ClassVar[bool] = False"),),
        "uses_order has to be True",
    ),
    (
        COUNTING,
        "scores_have_one_column_per_item",
        (("dtype=np.float32)\n        for distance in range(1, hist", ")\n        for distance in range(1, hist"),),
        r"NumPy counts in 64 bits",
    ),
    (
        COUNTING,
        "inputs_are_left_alone",
        (("        return scores", "        histories.sort(axis=1)\n        return scores"),),
        "shares the array's memory, and so do slices: copy",
    ),
    (
        COUNTING,
        "global_random_state_is_left_alone",
        (("        self._width =", "        np.random.seed(context.seed)\n        self._width ="),),
        r"`np.random.seed`, .* use `np.random.default_rng\(context.seed\)`",
    ),
    (
        COUNTING,
        "same_seed_same_scores",
        (
            (
                "        self._follows = follows",
                "        follows.data += np.random.rand(len(follows.data))\n        self._follows = follows",
            ),
        ),
        "something is drawn from a global generator",
    ),
    (
        COUNTING,
        "order_is_learned",
        (("self._follows[histories[:, -distance]].toarray()", "np.eye(self._width)[histories[:, -distance]]"),),
        "it finds the latest item itself: inputs and targets are one sequence",
    ),
    (
        COUNTING,
        "order_is_learned",
        (("        return scores", "        return np.roll(scores, 1, axis=1)"),),
        "its columns are shifted by one",
    ),
    (
        COUNTING,
        "order_is_learned",
        (("        return scores", "        return -scores"),),
        "it takes too few steps, or too small ones",
    ),
]


@pytest.mark.parametrize(("kind", "check", "changes", "cause"), FAULTS)
def test_a_usual_fault_is_answered_by_its_cause(
    kind: Kind, check: str, changes: tuple[tuple[str, str], ...], cause: str, load: Load
) -> None:
    broken = {each.__name__: each for each in ALL_CHECKS}[f"check_{check}"]
    with pytest.raises(ConformanceError, match=f"Usually: .*{cause}"):
        broken(load(kind, *changes))


@pytest.mark.parametrize("kind", [COUNTING, TORCH], ids=["counting", "torch"])
def test_what_is_written_keeps_the_contract(kind: Kind, load: Load) -> None:
    learns = {conformance.fitting.check_order_is_learned}
    soon = load(kind)
    for check in ALL_CHECKS:
        check(load(kind, epochs=30) if kind is TORCH and check in learns else soon)
