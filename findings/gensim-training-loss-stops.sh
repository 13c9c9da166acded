#!/usr/bin/env bash
# Good guess: `compute_loss=True` adds up the loss of all training, and an epoch's loss is the difference of two calls
# of `get_latest_training_loss`. Once it no longer falls, the vectors have settled; on data without structure it can't
# get near 0.
# What happens: The training loss of gensim 4.4.0's Word2Vec falls to exactly 0 while it still trains. The sum is kept
# in a float of 32 bits, and each of the numbers that are added is about .7. From some millions on, each addition is
# rounded to the spacing of such floats, so the epochs' losses fall and rise for no reason. At 2 ** 24, with one
# negative sample, an addition changes nothing any more, and each epoch reports a loss of 0 while the vectors move as
# before. 100,000 interactions, the size of MovieLens 100K, get there in twenty epochs. A sum that is set back to 0
# after each epoch is right.
# Why it matters: item2vec, which is Word2Vec on items, is compared at so many epochs, or stopped where its loss no
# longer falls. A learning curve made like this shows convergence where there was none, and the size of the data, not
# the model, says when.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  gensim==4.4.0 smart-open==9.0.2 wrapt==2.5.2 numpy==2.4.6 scipy==1.17.1 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import random
import sys
from importlib.metadata import version

import numpy as np
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

EPOCHS = 24


class Curve(CallbackAny2Vec):
    """The loss of each epoch, and how far it moved the vectors at most."""

    def __init__(self, set_back):
        self.set_back = set_back
        self.total = 0.0
        self.losses = []
        self.moves = []

    def on_epoch_begin(self, model):
        self.before = model.wv.vectors.copy()

    def on_epoch_end(self, model):
        total = model.get_latest_training_loss()
        self.losses.append(total - self.total)
        self.moves.append(float(np.abs(model.wv.vectors - self.before).max()))
        self.total = total
        if self.set_back:
            model.running_training_loss = 0.0
            self.total = 0.0


def trained(set_back):
    generator = random.Random(0)
    histories = [[str(generator.randrange(50)) for _ in range(100)] for _ in range(1000)]
    curve = Curve(set_back)
    Word2Vec(histories, vector_size=4, sg=1, negative=1, sample=0, min_count=1, epochs=EPOCHS,
             alpha=0.025, min_alpha=0.025, seed=1, workers=1, compute_loss=True, callbacks=[curve])
    return curve


print("gensim", version("gensim"), "on 1,000 random histories of 100 items each")
summed, set_back = trained(set_back=False), trained(set_back=True)
print("epoch   loss by differences   loss if set back each epoch   largest move of a vector")
for epoch in range(EPOCHS):
    print(f"{epoch + 1:5}   {summed.losses[epoch]:19,.0f}   {set_back.losses[epoch]:27,.0f}",
          f"  {summed.moves[epoch]:24.3f}")
as_told = (
    summed.total == 2**24
    and summed.losses[-3:] == [0.0, 0.0, 0.0]
    and min(summed.moves[-3:]) > 0.1 * summed.moves[0]
    and min(set_back.losses[-3:]) > 0.5 * set_back.losses[0]
)
print("as told: the loss is 0 though training goes on" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
