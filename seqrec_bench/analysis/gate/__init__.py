"""Verdicts that a machine may act on: records against a paper's figures, or against records that were good.

All of it answers ``benchmark``: on exactly these users, what does training again give? docs/design.md has the rules.
"""
