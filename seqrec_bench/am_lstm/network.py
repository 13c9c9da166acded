"""The network of AM-LSTM (Chen & Lin 2020): self-attention, LSTM, a memory over all users, two-part scores.

Shapes: B users at once, L items each, d the dimension, N items, U users. Inputs are filled with padding on the right;
attention and LSTM only look back, so what is computed for an item does not depend on the padding after it.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_bench.recommender import PADDING


def positional_encoding(length: int, dimension: int) -> Tensor:
    """PE[pos, 2i] = sin(pos / 10000^(2i/d)), PE[pos, 2i+1] = cos(pos / 10000^(2i/d)); (length, dimension)."""
    positions = torch.arange(length)[:, None]
    even = torch.arange(0, dimension, 2)
    angles = positions / 10000 ** (even / dimension)  # (length, ceil(d / 2))
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :dimension]


class Attention(nn.Module):
    """softmax((Q W_Q + b_Q)(K W_K + b_K)^T / sqrt(d)) (V W_V + b_V), with one head."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.query = nn.Linear(dimension, dimension)
        self.key = nn.Linear(dimension, dimension)
        self.value = nn.Linear(dimension, dimension)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, hidden: Tensor | None = None) -> Tensor:
        return self.weights(queries, keys, hidden) @ self.value(values)  # (..., Lq, d)

    def weights(self, queries: Tensor, keys: Tensor, hidden: Tensor | None = None) -> Tensor:
        """How much each query attends to each key, (..., Lq, Lk); rows sum to 1.

        Args:
            hidden: (Lq, Lk), true where a query must not see a key.
        """
        products = self.query(queries) @ self.key(keys).transpose(-1, -2) / math.sqrt(keys.shape[-1])
        if hidden is not None:
            products = products.masked_fill(hidden, -math.inf)
        return products.softmax(dim=-1)


class AMLSTMNet(nn.Module):
    """Item vectors B (`item_input`), users' fixed vectors A and C, and output vectors D with a bias."""

    positions: Tensor
    later: Tensor

    def __init__(self, n_users: int, n_items: int, dimension: int, length: int, dropout: float) -> None:
        super().__init__()
        self.item_input = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # B
        self.user_key = nn.Parameter(torch.empty(n_users, dimension))  # A, also the fixed representation
        self.user_value = nn.Parameter(torch.empty(n_users, dimension))  # C
        self.item_output = nn.Parameter(torch.empty(n_items + 1, 2 * dimension))  # D
        self.item_bias = nn.Parameter(torch.zeros(n_items + 1))
        self.self_attention = Attention(dimension)
        # A cell and a loop over a handful of items: oneDNN's layer takes twice as long on processors without AVX-512.
        self.lstm = nn.LSTMCell(dimension, dimension)
        self.memory = Attention(dimension)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", positional_encoding(length, dimension), persistent=False)
        self.register_buffer("later", torch.ones(length, length, dtype=torch.bool).triu(1), persistent=False)

    def forward(self, users: Tensor, items: Tensor, wanted: Tensor) -> Tensor:
        """z(u, v) of every item, at the wanted places of the input only: there is no more costly product than this.

        Args:
            users: (B,)
            items: (B, L), filled with padding on the right.
            wanted: (B, L), true at the T places after which the next item is to be scored.

        Returns:
            (T, N), the places in row order; column v - 1 scores item v.
        """
        dynamic = self.recall(self.dynamic(items)[wanted])  # (T, d)
        fixed = self.user_key[users.repeat_interleave(wanted.sum(dim=1))]  # (T, d)
        representation = self.dropout(torch.cat([dynamic, fixed], dim=1))  # Y: (T, 2d)
        return functional.linear(representation, self.item_output[1:], self.item_bias[1:])

    def dynamic(self, items: Tensor) -> Tensor:
        """O: self-attention over the items so far, then the LSTM; (B, L) -> (B, L, d)."""
        length = items.shape[1]
        x = self.dropout(self.item_input(items)) + self.positions[:length]
        x = x + self.self_attention(x, x, x, self.later[:length, :length])
        state = x.new_zeros(2, len(x), x.shape[2])
        outputs = []
        for position in range(length):
            state = self.lstm(x[:, position], tuple(state))
            outputs.append(state[0])
        return torch.stack(outputs, dim=1)

    def recall(self, dynamic: Tensor) -> Tensor:
        """O + Attention(O, A, C): one hop through the memory of all users; (..., d) -> (..., d)."""
        return dynamic + self.memory(dynamic, self.user_key, self.user_value)
