"""Imported once by the process that cells' processes are forked from, so that they need not import it one by one.

What the bench itself needs to run a cell, and what it would look up in each. Recommenders are not imported ahead: one
that fails, hangs or starts threads is to harm its own cells only.
"""

import importlib

from seqrec_bench.experiments.lifeline import die_with_parent
from seqrec_bench.experiments.orphans import post_guard

die_with_parent()  # first: it may be killed while it imports the rest
post_guard()  # before there is anything to be guarded, and while there is little to be copied

importlib.import_module("seqrec_bench.experiments.processes")
importlib.import_module("numpy.ma")  # NumPy puts it off until it looks for the different values of an array
importlib.import_module("seqrec_bench.experiments.environment").packages()
