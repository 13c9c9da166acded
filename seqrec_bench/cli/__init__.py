"""The commands of ``seqrec-bench``; what they do is done elsewhere."""
