"""Studies: which cells are run, what of them is shown, and what a paper reports and claims of it; a TOML file each."""

from seqrec_bench.studies.loading import STUDIES, load_study, studies
from seqrec_bench.studies.study import Study
from seqrec_bench.studies.view import Row, View

__all__ = ["STUDIES", "Row", "Study", "View", "load_study", "studies"]
