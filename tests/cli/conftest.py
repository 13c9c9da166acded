from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """A csv of 20 users with 6 of 15 items each."""
    rng = np.random.default_rng(0)
    rows = [f"{user},{item},{time}" for user in range(20) for time, item in enumerate(rng.permutation(15)[:6])]
    path = tmp_path / "ratings.csv"
    path.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    return path
