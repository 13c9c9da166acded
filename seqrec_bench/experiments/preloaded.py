"""Imported once by the process that cells' processes are forked from, so that they need not import it one by one.

What the bench itself needs to run a cell, and torch, whose import takes longer than everything else about a cell's
start. It is named here as what most recommenders happen to use; the bench does without it, and so does this module.
Recommenders themselves are not imported ahead: one that fails, hangs or starts threads is to harm its own cells only.
"""

import importlib
from contextlib import suppress

from seqrec_bench.experiments.lifeline import die_with_parent
from seqrec_bench.experiments.orphans import post_guard

die_with_parent()  # first: it may be killed while it imports the rest
post_guard()  # before there is anything to be guarded, and while there is little to be copied

importlib.import_module("seqrec_bench.experiments.processes")

with suppress(Exception):
    importlib.import_module("torch")
