"""What transformers that only look back share: item and position vectors, attention, and scores by the item vectors.

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, N items. Pieces are
filled with padding on the right; attention only looks back, so no item ever sees it.
"""

import math
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.training.attention import by_head, side_by_side
from seqrec_baselines.training.causal import CausalNet, ItemLossRecommender
from seqrec_baselines.training.samples import shift_left, shift_right
from seqrec_bench.recommender import PADDING, Explanation, Int64Array


class CausalAttention(nn.Module):
    """dropout(softmax(q k^T / sqrt(d / heads))) v by head, the heads side by side; q, k and v are linear in x."""

    def __init__(self, dimension: int, heads: int, *, bias: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.query = nn.Linear(dimension, dimension, bias=bias)
        self.key = nn.Linear(dimension, dimension, bias=bias)
        self.value = nn.Linear(dimension, dimension, bias=bias)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(T, d) vectors of the places that are true in `present`, (B, L), in row order -> (T, d)."""
        places = present.flatten().nonzero()[:, 0]  # (T,)
        query, key, value = (
            by_head(layer(x), places, present.shape, self.heads) for layer in (self.query, self.key, self.value)
        )
        dropout = self.dropout if self.training else 0.0
        attended = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout, is_causal=True)
        return side_by_side(attended, places)

    def weights(self, x: Tensor, present: Tensor) -> Tensor:
        """How much each place attends to those up to it, (B, L, L), averaged over heads; arguments as in `forward`."""
        places = present.flatten().nonzero()[:, 0]
        query, key = (by_head(layer(x), places, present.shape, self.heads) for layer in (self.query, self.key))
        products = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
        return products.masked_fill(torch.ones_like(products).triu(1) > 0, -math.inf).softmax(dim=3).mean(dim=1)


class CausalBlock(nn.Module):
    """A layer of attention, which begins with a LayerNorm, and what comes with it: (T, d) -> (T, d)."""

    attention_norm: nn.LayerNorm
    attention: CausalAttention


class CausalTransformer(CausalNet):
    """Blocks over item vectors with positions; the vectors of the items score too.

    Positions count from the end of a piece: the latest item always has the last one.

    Args:
        length: L, the number of positions.
        make_block: Makes one of the blocks, which takes (T, d) and which of B * L places they stand at, (B, L) ->
            (T, d).
        norm: What follows the last block.
        item_scale: What item vectors are multiplied by on the way in.
        dropout: Share of the values that are dropped in training before the first block.
    """

    def __init__(
        self,
        n_items: int,
        dimension: int,
        length: int,
        blocks: int,
        make_block: Callable[[], nn.Module],
        *,
        norm: nn.Module,
        item_scale: float,
        dropout: float,
    ) -> None:
        super().__init__()
        self.item = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # M, which also scores
        self.position = nn.Embedding(length, dimension)  # P
        self.blocks = nn.ModuleList([make_block() for _ in range(blocks)])
        self.norm = norm
        self.dropout = nn.Dropout(dropout)
        self.item_scale = item_scale

    def forward(self, items: Tensor, counts: Tensor) -> Tensor:
        x, present = self._placed(items, counts)
        for block in self.blocks:
            x = block(x, present)
        representation: Tensor = self.norm(x)
        return representation

    def last_weights(self, items: Tensor, counts: Tensor) -> Tensor:
        """The attention in the last block, (B, L, L); arguments as in `forward`."""
        x, present = self._placed(items, counts)
        for block in self.blocks[:-1]:
            x = block(x, present)
        last = cast(CausalBlock, self.blocks[-1])
        return last.attention.weights(last.attention_norm(x), present) * present[:, :, None]

    def _placed(self, items: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """What goes into the first block, (T, d), and which places it stands at, (B, L)."""
        places = torch.arange(items.shape[1], device=items.device)
        present = places < counts[:, None]
        positions = self.position.num_embeddings - counts[:, None] + places
        x = self.item(items[present]) * self.item_scale + self.position(positions[present])
        return self.dropout(x), present

    def score_all(self, representation: Tensor) -> Tensor:
        return functional.linear(representation, self.item.weight[1:])


class AttentiveRecommender(ItemLossRecommender):
    """One whose net has blocks of attention: it can say what the last of them attends to."""

    _net: CausalTransformer

    @torch.no_grad()
    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        """The attention in the last block, whose rows and columns are items as the earlier blocks have mixed them."""
        self._net.eval()
        items, counts = shift_left(histories)
        weights = self._net.last_weights(*self._tensors(items, counts))
        return Explanation(items=shift_right(weights.cpu().numpy(), counts))
