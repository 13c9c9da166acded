"""The models that only count have one right answer on MovieLens 100K; these are their figures under the protocol."""

import pytest

from seqrec_baselines.item_knn import ItemKNN
from seqrec_baselines.markov_chain import MarkovChain
from seqrec_baselines.popularity import Popularity
from seqrec_baselines.sequential_rules import SequentialRules
from seqrec_baselines.stan import STAN
from seqrec_baselines.vsknn import VSKNN
from seqrec_bench.data import Dataset
from seqrec_bench.data.split import leave_one_out
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.recommender import FitContext, Recommender


@pytest.mark.parametrize(
    ("model", "hr", "mrr", "ndcg"),
    [
        (Popularity(), 0.1987, 0.0369, 0.0688),
        (ItemKNN(), 0.3489, 0.0565, 0.1126),
        (MarkovChain(), 0.3383, 0.0655, 0.1196),
        (SequentialRules(), 0.4708, 0.1007, 0.1730),
        (VSKNN(), 0.2492, 0.0457, 0.0853),
        (STAN(), 0.4814, 0.0846, 0.1617),
    ],
    ids=lambda value: value.name if isinstance(value, Recommender) else "",
)
def test_figures_on_ml_100k(
    ml_100k: Dataset, context: FitContext, model: Recommender, hr: float, mrr: float, ndcg: float
) -> None:
    split = leave_one_out(ml_100k.sequences)
    model.fit(split.train, context)
    ranks = rank_targets(model, split.test)
    figures = [metric(ranks, name).mean() for name in ("HR@50", "MRR@50", "NDCG@50")]
    assert figures == pytest.approx([hr, mrr, ndcg], abs=0.00005)
