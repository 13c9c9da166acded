"""The models that seqrec-bench compares, laid out exactly as a third party's plug-in would be."""
