import numpy as np
import pytest
import torch

from seqrec_baselines.training.weights import net_state, restored_net
from seqrec_bench.errors import InputError


def a_net(width: int = 3) -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.Dropout(0.5))


def test_what_is_put_back_is_what_was_taken() -> None:
    net = a_net()
    other = restored_net(a_net, net_state(net))
    for name, value in net.state_dict().items():
        torch.testing.assert_close(other.state_dict()[name], value, rtol=0, atol=0)
    assert not other.training


def test_a_state_is_a_copy() -> None:
    net = a_net()
    state = net_state(net)
    before = {name: value.copy() for name, value in state.items()}
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(1)
    for name, value in state.items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("wrong", ["shape", "missing", "unknown"])
def test_weights_of_another_net_are_refused(wrong: str) -> None:
    state = net_state(a_net(4 if wrong == "shape" else 3))
    if wrong == "missing":
        del state["0.bias"]
    if wrong == "unknown":
        state["1.weight"] = np.zeros(1)
    with pytest.raises(InputError, match="These weights are not those of this model on these data"):
        restored_net(a_net, state)


def test_restoring_leaves_the_global_random_state_alone() -> None:
    net = a_net()
    before = torch.random.get_rng_state()
    restored_net(a_net, net_state(net))
    assert torch.equal(torch.random.get_rng_state(), before)
