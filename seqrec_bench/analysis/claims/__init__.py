"""The claims ledger: each claim of a paper, put to the records; docs/claims.md says how.

A claim comes down to a few parts, each with a statistic, an interval and a verdict of its own. It is supported if all
of them are, and refuted here if one of them is.
"""
