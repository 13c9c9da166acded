"""The models that seqrec-bench compares against, laid out exactly as a third party's plug-in would be."""
