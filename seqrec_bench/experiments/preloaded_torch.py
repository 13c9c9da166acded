"""Imported after `preloaded`, where recommenders that will be run use torch.

Its import takes longer than everything else about a cell's start. The bench itself does without it, and so does this
module where it can't be imported: the cells will say why.
"""

import importlib
from contextlib import suppress

with suppress(Exception):
    importlib.import_module("torch")
