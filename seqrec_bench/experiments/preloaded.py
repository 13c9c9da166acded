"""Imported once by the process that cells' processes are forked from, so that they need not import it one by one.

What the bench itself needs to run a cell. Recommenders are not imported ahead: one that fails, hangs or starts threads
is to harm its own cells only.
"""

import importlib

from seqrec_bench.experiments.lifeline import die_with_parent

die_with_parent()  # first: it may be killed while it imports the rest

importlib.import_module("seqrec_bench.experiments.cell")
