"""`seqrec-bench run`, killed at random moments and continued: nothing may be lost, broken, left over or done twice."""
