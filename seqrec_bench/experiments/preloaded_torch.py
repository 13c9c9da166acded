"""Imported after `preloaded`, where recommenders that will be run use torch.

Its import takes longer than everything else about a cell's start, and what it puts off until the first optimizer is
made takes as long again. The bench itself does without torch, and so does this module where it can't be imported: the
cells will say why.
"""

import importlib
from contextlib import suppress

with suppress(Exception):
    importlib.import_module("torch")
    importlib.import_module("torch._dynamo")
