import pytest
import torch

from seqrec_baselines.training.seeding import seeded


def draw(seed: int) -> list[float]:
    with seeded(seed, "cpu"):
        return torch.rand(5).tolist()


def test_draws_depend_on_the_seed_alone() -> None:
    first = draw(3)
    torch.rand(7)
    assert draw(3) == first
    assert draw(4) != first


def test_the_global_state_is_left_as_it_was() -> None:
    torch.rand(1)  # or it could already be in the state that the seed gives
    before = torch.get_rng_state()
    draw(3)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_global_state_is_left_as_it_was_after_an_error() -> None:
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), seeded(3, "cpu"):
        torch.rand(1)
        raise ZeroDivisionError
    assert torch.equal(torch.get_rng_state(), before)
