"""The paper's model: skip-gram vectors, network, recommender."""

from seqrec_baselines.am_lstm.model import AMLSTM

__all__ = ["AMLSTM"]
