"""Imported once by the process that cells' processes are forked from, so that they need not import it one by one.

What the bench itself needs to run a cell, and what it would look up in each. Recommenders are not imported ahead: one
that fails, hangs or starts threads is to harm its own cells only.
"""

import importlib

from seqrec_bench.experiments.lifeline import die_with_parent

die_with_parent()  # first: it may be killed while it imports the rest

importlib.import_module("seqrec_bench.experiments.cell")
importlib.import_module("numpy.ma")  # NumPy puts it off until it looks for the different values of an array
importlib.import_module("seqrec_bench.experiments.environment").packages()
