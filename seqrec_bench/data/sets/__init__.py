"""The data sets known by name: what is declared of each, how it is fetched and verified, and how its files are read.

A data set is one declaration, a `NamedDataset` or, for many of one form, a `Family`, and one line that registers it in
the entry-point group ``seqrec_bench.datasets``: those of the bench itself are found in the same way as anybody's.
"""
