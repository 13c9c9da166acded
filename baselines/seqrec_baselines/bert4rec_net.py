"""The net of BERT4Rec: a Transformer of both directions that fills in masked items.

Shapes: B rows of up to L places, T of all places that hold an item or the mask, K of them that are asked for, d the
dimension, N items. Rows are filled with padding on the right; it is packed away before the first layer, and in
attention it is no key.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.training.attention import by_head, side_by_side

EPSILON = 1e-12
"""Of the layer normalisations: the authors'."""
INITIAL_STD = 0.02


class Attention(nn.Module):
    """softmax(q k^T / sqrt(d / heads)) v by head, over all places of a row; the heads side by side, and a layer on it.

    Dropout is on the attention weights.
    """

    def __init__(self, dimension: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.query = nn.Linear(dimension, dimension)
        self.key = nn.Linear(dimension, dimension)
        self.value = nn.Linear(dimension, dimension)
        self.output = nn.Linear(dimension, dimension)

    def forward(self, asked: Tensor, asked_places: Tensor, x: Tensor, places: Tensor, present: Tensor) -> Tensor:
        """What each asked place takes from its row.

        Args:
            asked: (K, d) vectors of the places that ask.
            asked_places: (K,) which of B * L places these are.
            x: (T, d) vectors of all places.
            places: (T,) which these are.
            present: (B, L) true there.

        Returns:
            (K, d)
        """
        query = by_head(self.query(asked), asked_places, present.shape, self.heads)
        key, value = (by_head(layer(x), places, present.shape, self.heads) for layer in (self.key, self.value))
        mask = None if len(places) == present.numel() else present[:, None, None]
        dropout = self.dropout if self.training else 0.0
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        return self.output(side_by_side(attended, asked_places))


class Block(nn.Module):
    """Attention, then a feed-forward net of each place by itself, both as LayerNorm(x + Dropout(g(x)))."""

    def __init__(self, dimension: int, heads: int, dropout: float, attention_dropout: float) -> None:
        super().__init__()
        self.attention = Attention(dimension, heads, attention_dropout)
        self.attention_norm = nn.LayerNorm(dimension, EPSILON)
        self.feed_forward = nn.Sequential(
            nn.Linear(dimension, 4 * dimension), nn.GELU(), nn.Linear(4 * dimension, dimension)
        )
        self.feed_forward_norm = nn.LayerNorm(dimension, EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, asked: Tensor, asked_places: Tensor, x: Tensor, places: Tensor, present: Tensor) -> Tensor:
        """(K, d) of the asked places; arguments as those of `Attention`."""
        attended = self.attention(asked, asked_places, x, places, present)
        asked = self.attention_norm(asked + self.dropout(attended))
        return self.feed_forward_norm(asked + self.dropout(self.feed_forward(asked)))


class BERT4RecNet(nn.Module):
    """Row N + 1 of the item matrix is the mask's."""

    def __init__(
        self,
        n_items: int,
        dimension: int,
        length: int,
        blocks: int,
        heads: int,
        dropout: float,
        attention_dropout: float,
        head: bool,
    ) -> None:
        super().__init__()
        self.item = nn.Embedding(n_items + 2, dimension)  # E, which also scores
        self.position = nn.Embedding(length, dimension)  # P
        self.norm = nn.LayerNorm(dimension, EPSILON)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(dimension, heads, dropout, attention_dropout) for _ in range(blocks)])
        self.head = (
            nn.Sequential(nn.Linear(dimension, dimension), nn.GELU(), nn.LayerNorm(dimension, EPSILON))
            if head
            else nn.Identity()
        )
        self.item_bias = nn.Parameter(torch.zeros(n_items)) if head else None
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.trunc_normal_(parameter, std=INITIAL_STD, a=-2 * INITIAL_STD, b=2 * INITIAL_STD)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        with torch.no_grad():
            self.item.weight[0] = 0  # padding's, which nothing looks up

    @property
    def mask(self) -> int:
        """The number of the mask, beyond those of the items."""
        return self.item.num_embeddings - 1

    def forward(self, items: Tensor, counts: Tensor, asked: Tensor) -> Tensor:
        """What the items of a row say of its asked places.

        Args:
            items: (B, L) items or the mask, filled with padding on the right.
            counts: (B,) how many places of each row count, the first ones.
            asked: (B, L) true at the places to be answered, which are some of those.

        Returns:
            (K, d), place by place in row order.
        """
        columns = torch.arange(items.shape[1], device=items.device)
        present = columns < counts[:, None]
        places = present.flatten().nonzero()[:, 0]  # (T,)
        x = self.item(items[present]) + self.position(columns.expand_as(items)[present])
        x = self.dropout(self.norm(x))
        for block in self.blocks[:-1]:
            x = block(x, places, x, places, present)
        of_asked = asked[present].nonzero()[:, 0]
        x = self.blocks[-1](x[of_asked], places[of_asked], x, places, present)
        answer: Tensor = self.head(x)
        return answer

    def score_all(self, representation: Tensor) -> Tensor:
        """(K, d) -> (K, N); column v - 1 scores item v."""
        return functional.linear(representation, self.item.weight[1:-1], self.item_bias)
