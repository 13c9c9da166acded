import torch

from seqrec_baselines.training.decay import decayed_matrices


def test_matrices_decay_and_nothing_else_does() -> None:
    net = torch.nn.Sequential(torch.nn.Embedding(3, 2), torch.nn.Linear(2, 2), torch.nn.LayerNorm(2))
    matrices, vectors = decayed_matrices(net, 0.3)
    assert (matrices["weight_decay"], vectors["weight_decay"]) == (0.3, 0.0)
    names = {parameter: name for name, parameter in net.named_parameters()}
    assert [names[parameter] for parameter in matrices["params"]] == ["0.weight", "1.weight"]
    assert [names[parameter] for parameter in vectors["params"]] == ["1.bias", "2.weight", "2.bias"]
