"""The paper under reproduction: what it reports and claims, read from one TOML file that holds nothing else.

docs/claims.md has every key of such a file.
"""

from seqrec_bench.reporting.paper.loading import PAPERS, load_paper
from seqrec_bench.reporting.paper.model import Paper, PaperRow

__all__ = ["PAPERS", "Paper", "PaperRow", "load_paper"]
