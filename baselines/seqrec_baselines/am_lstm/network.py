"""The network of AM-LSTM (Chen & Lin 2020): self-attention, LSTM, a memory over all users, two-part scores.

Shapes: B users at once, L items each, d the dimension, N items, U users, M of them in the memory (in the paper's: all).
Inputs are filled with padding on the right; attention and LSTM only look back, so what is computed for an item does not
depend on the padding after it.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_bench.recommender import PADDING

DropoutPlaces = Literal["item-vectors-and-y", "lstm-input-and-y", "y"]


def positional_encoding(length: int, dimension: int) -> Tensor:
    """PE[pos, 2i] = sin(pos / 10000^(2i/d)), PE[pos, 2i+1] = cos(pos / 10000^(2i/d)); (length, dimension)."""
    positions = torch.arange(length)[:, None]
    even = torch.arange(0, dimension, 2)
    angles = positions / 10000 ** (even / dimension)  # (length, ceil(d / 2))
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :dimension]


class Attention(nn.Module):
    """softmax((Q W_Q + b_Q)(K W_K + b_K)^T / sqrt(d)) (V W_V + b_V), with one head.

    The memory has several times as many keys and values as a step has queries. So W_K is applied to the queries and W_V
    to what was attended to, which is the same by associativity (rows of weights sum to 1, so b_V is added once) and
    cheaper.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.query = nn.Linear(dimension, dimension)
        self.key = nn.Linear(dimension, dimension)
        self.value = nn.Linear(dimension, dimension)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, hidden: Tensor | None = None) -> Tensor:
        return self.value(self.weights(queries, keys, hidden) @ values)  # (..., Lq, d)

    def weights(self, queries: Tensor, keys: Tensor, hidden: Tensor | None = None) -> Tensor:
        """How much each query attends to each key, (..., Lq, Lk); rows sum to 1.

        Args:
            hidden: (Lq, Lk), true where a query must not see a key.
        """
        queries = self.query(queries) / math.sqrt(keys.shape[-1])
        products = queries @ self.key.weight @ keys.transpose(-1, -2) + (queries @ self.key.bias)[..., None]
        if hidden is not None:
            products = products.masked_fill(hidden, -math.inf)
        return products.softmax(dim=-1)


@dataclass(frozen=True)
class Parts:
    """Which parts of the network are there; the paper's has them all."""

    attention: bool = True
    """Without it, X~ = X'."""
    memory: bool = True
    """Without it, O~ = O."""
    fixed_user_vector: bool = True
    """Without it, Y = O~ and D has width d."""


class AMLSTMNet(nn.Module):
    """Item vectors B (`item_input`), users' fixed vectors A and C, and output vectors D with a bias."""

    positions: Tensor
    later: Tensor
    remembered: Tensor | None

    def __init__(
        self,
        n_users: int,
        n_items: int,
        dimension: int,
        length: int,
        dropout: float,
        dropout_places: DropoutPlaces,
        parts: Parts,
        remembered: Tensor | None = None,
    ) -> None:
        """
        Args:
            remembered: (M,) the numbers of the users in the memory; None for all.
        """
        super().__init__()
        n_remembered = n_users if remembered is None else len(remembered)
        width = 2 * dimension if parts.fixed_user_vector else dimension
        self.item_input = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # B
        if parts.memory or parts.fixed_user_vector:
            self.user_key = nn.Parameter(torch.empty(n_users, dimension))  # A, also the fixed representation
        if parts.memory:
            self.user_value = nn.Parameter(torch.empty(n_remembered, dimension))  # C
        self.item_output = nn.Parameter(torch.empty(n_items, width))  # D; row v - 1 is item v's
        self.item_bias = nn.Parameter(torch.zeros(n_items))
        if parts.attention:
            self.self_attention = Attention(dimension)
        # A cell and a loop over a handful of items: oneDNN's layer takes twice as long on processors without AVX-512.
        self.lstm = nn.LSTMCell(dimension, dimension)
        if parts.memory:
            self.memory = Attention(dimension)
        self.parts = parts
        self.dropout = nn.Dropout(dropout)
        self._dropout_places = dropout_places
        self.register_buffer("positions", positional_encoding(length, dimension), persistent=False)
        self.register_buffer("remembered", remembered, persistent=False)
        self.register_buffer("later", torch.ones(length, length, dtype=torch.bool).triu(1), persistent=False)

    @property
    def user_vectors(self) -> list[nn.Parameter]:
        """A and C, as far as the net has them."""
        return [vectors for name, vectors in self.named_parameters() if name in ("user_key", "user_value")]

    @torch.no_grad()
    def draw_vectors(self) -> None:
        """Fills A, B, C and D at random, with lengths of about 1."""
        for vectors in (self.item_input.weight, self.item_output, *self.user_vectors):
            nn.init.normal_(vectors, std=vectors.shape[1] ** -0.5)
        self.item_input.weight[PADDING] = 0

    def forward(self, users: Tensor, items: Tensor, wanted: Tensor) -> Tensor:
        """z(u, v) of every item, at the wanted places of the input only: there is no more costly product than this.

        Args:
            users: (B,)
            items: (B, L), filled with padding on the right.
            wanted: (B, L), true at the T places after which the next item is to be scored.

        Returns:
            (T, N), the places in row order; column v - 1 scores item v.
        """
        representation = self.recall(self.dynamic(items)[wanted])  # (T, d)
        if self.parts.fixed_user_vector:
            fixed = self.user_key[users.repeat_interleave(wanted.sum(dim=1))]  # (T, d)
            representation = torch.cat([representation, fixed], dim=1)  # Y: (T, 2d)
        return functional.linear(self.dropout(representation), self.item_output, self.item_bias)

    def dynamic(self, items: Tensor) -> Tensor:
        """O: self-attention over the items so far, then the LSTM; (B, L) -> (B, L, d)."""
        x = self._lstm_input(items)
        state = x.new_zeros(2, len(x), x.shape[2])
        outputs = []
        for position in range(items.shape[1]):
            state = self.lstm(x[:, position], tuple(state))
            outputs.append(state[0])
        return torch.stack(outputs, dim=1)

    @property
    def memory_keys(self) -> Tensor:
        """(M, d) A of the users in the memory."""
        return self.of_remembered(self.user_key)

    def of_remembered(self, vectors: Tensor) -> Tensor:
        """(U, d) -> (M, d)"""
        return vectors if self.remembered is None else vectors[self.remembered]

    def recall(self, dynamic: Tensor) -> Tensor:
        """O + Attention(O, A, C): one hop through the memory of users; (..., d) -> (..., d)."""
        return dynamic + self.memory(dynamic, self.memory_keys, self.user_value) if self.parts.memory else dynamic

    def score_terms(self, users: Tensor, dynamic: Tensor) -> dict[str, Tensor]:
        """The terms that z(u, v) is the sum of, each (B, N): Y . D[v] + b[v] taken apart.

        Args:
            users: (B,)
            dynamic: (B, d), O after the last item.
        """
        width = dynamic.shape[1]
        terms = {"LSTM": functional.linear(dynamic, self.item_output[:, :width])}
        if self.parts.memory:
            recalled = self.memory(dynamic, self.memory_keys, self.user_value)
            terms["memory"] = functional.linear(recalled, self.item_output[:, :width])
        if self.parts.fixed_user_vector:
            terms["fixed"] = functional.linear(self.user_key[users], self.item_output[:, width:])
        return terms | {"bias": self.item_bias.expand(len(dynamic), -1)}

    def item_weights(self, items: Tensor) -> Tensor:
        """How much each item attends to each item up to its own time, (B, L) -> (B, L, L)."""
        x = self._positioned(items)
        return self.self_attention.weights(x, x, self._hidden(items))

    def memory_weights(self, dynamic: Tensor) -> Tensor:
        """How much a dynamic representation recalls of each user, (..., d) -> (..., U); 0 of those not in it."""
        weights = self.memory.weights(dynamic, self.memory_keys)
        if self.remembered is None:
            return weights
        return weights.new_zeros(*weights.shape[:-1], len(self.user_key)).index_copy(-1, self.remembered, weights)

    def _lstm_input(self, items: Tensor) -> Tensor:
        """X~: (B, L) -> (B, L, d)."""
        x = self._positioned(items)
        if self.parts.attention:
            x = x + self.self_attention(x, x, x, self._hidden(items))
        return self.dropout(x) if self._dropout_places == "lstm-input-and-y" else x

    def _positioned(self, items: Tensor) -> Tensor:
        """X' = X + PE: (B, L) -> (B, L, d)."""
        x = self.item_input(items)
        if self._dropout_places == "item-vectors-and-y":
            x = self.dropout(x)
        return x + self.positions[: items.shape[1]]

    def _hidden(self, items: Tensor) -> Tensor:
        """What must not be seen: the items after one's own time."""
        length = items.shape[1]
        return self.later[:length, :length]
