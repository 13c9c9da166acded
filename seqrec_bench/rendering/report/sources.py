"""What the sections of a report are made from."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from seqrec_bench.analysis.claims.elsewhere import Elsewhere, claims_elsewhere
from seqrec_bench.analysis.claims.ledger import Ledger, claims_ledger
from seqrec_bench.analysis.compared import Base, Compared, choose_base, compared
from seqrec_bench.analysis.gate.report import Report as Check
from seqrec_bench.analysis.gate.reported import check_reported
from seqrec_bench.analysis.table import Table, table_one
from seqrec_bench.data import Dataset, Split
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation.explaining.content import UserExplanation
from seqrec_bench.evaluation.protocols import find_protocol, known_protocol
from seqrec_bench.records import PAPER_VARIANT, Configuration, Record
from seqrec_bench.rendering.charts import Style, styles
from seqrec_bench.rendering.explanations.summary_text import Summaries
from seqrec_bench.studies.loading import studies
from seqrec_bench.studies.view import View


@dataclass(frozen=True, eq=False)
class Sources:
    """Records, the paper that they are held against, and the data if they are at hand.

    What several sections need is computed once.
    """

    records: Sequence[Record]
    """By key, as a store has them."""
    view: View
    data: Dataset | str
    """The data set or, in a sentence, why it is not at hand."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The options that chose the records and the paper, with their values, such as ``--protocol``."""
    explained: Sequence[UserExplanation] = ()
    """The users whose explanations are kept."""
    attention: Summaries | None = None
    """Attention over all users, by run."""

    @cached_property
    def table(self) -> Table:
        return table_one(self.records, self.view)

    @cached_property
    def models(self) -> list[Compared]:
        """The table's models that have records."""
        return compared(self.records, self.view)

    @cached_property
    def base(self) -> Base:
        """The model that the others are compared with."""
        return choose_base(self.models, self.view)

    @cached_property
    def check(self) -> Check | str:
        """The verdicts on the reported figures or, in a sentence, why there are none."""
        if not self.view.has_reported:
            return f"No figures of others on {self.view.dataset} are known here."
        try:
            return check_reported(self.records, self.view)
        except InvalidRecordError as error:  # the records of the table agree, so it is the number of users
            return f"There are no verdicts on the reported figures: {error}"

    @cached_property
    def ledger(self) -> Ledger:
        return claims_ledger(self.records, self.view)

    @cached_property
    def elsewhere(self) -> list[Elsewhere]:
        """The claims under other protocols."""
        return list(claims_elsewhere(self.records, self.view))

    @cached_property
    def split(self) -> Split | str:
        """What was held out when the records were made or, in a sentence, why it is not known."""
        if isinstance(self.data, str):
            return self.data
        first = self.models[0].records[0]
        protocol = known_protocol(self.view.protocol)
        if protocol is None:
            return f"What was held out under {self.view.protocol} is not known here."
        arranged = protocol.arrange(self.data)
        if arranged.fingerprint != first.recipe.dataset.fingerprint:
            return (
                f"The records were made on other data (fingerprint {first.recipe.dataset.fingerprint[:12]}) than the "
                f"{self.data.name} that is at hand ({arranged.fingerprint[:12]})."
            )
        base = protocol if protocol.base is None else find_protocol(protocol.base)
        return base.hold_out(arranged)  # the same targets, also where a file of negatives is not at hand

    @cached_property
    def _styles(self) -> Mapping[str, Style]:
        """By model, how it looks as published."""
        rows = [row.configuration for row in self.view.table_rows]
        return styles(each.model for each in (*rows, *(model.configuration for model in self.models)))

    def style(self, configuration: Configuration) -> Style:
        """How the model looks in every chart of this report."""
        return replace(self._styles[configuration.model], is_hollow=configuration.variant != PAPER_VARIANT)

    def command(self, *words: str, accepts: Sequence[str] = ()) -> str | None:
        """The command that prints the same numbers; None where it lacks an option that chose them."""
        of_study = ["--study", "--dataset"] if "--study" in self.options else []
        if not self.options.keys() <= {*of_study, *accepts}:
            return None
        return in_shell(*words, *(word for option in self.options.items() for word in option))

    @property
    def making(self) -> list[str]:
        """What makes `seqrec-bench run` make the cells of the study."""
        return ["--study", self.options["--study"]] if "--study" in self.options else ["--all"]

    @property
    def making_ablations(self) -> list[str]:
        """The same of its ablations, which the studies that come with the bench have in another."""
        return self.making if self.is_of_own_file else ["--suite", "ablations"]

    @property
    def is_of_own_file(self) -> bool:
        """Whether the study is none of those that come with the bench."""
        return self.options.get("--study", self.view.name) not in studies()

    @property
    def n_users(self) -> int:
        return self.models[0].records[0].test.n_users


def in_shell(*words: str) -> str:
    """A command of the bench that can be pasted."""
    return shlex.join(["seqrec-bench", *words])


def lacks(missing: Sequence[object], *words: str, says: str = "Missing") -> list[str]:
    """A sentence on cells that are missing and what makes them, if any are."""
    names = "; ".join(map(str, missing))
    return [f"{says}: {names}. `{in_shell('run', *words)}` makes them."] if missing else []


def seed_list(values: Sequence[int]) -> str:
    """``0-4,7``, as the options of `seqrec-bench run` take them."""
    parts: list[list[int]] = []
    for value in sorted(values):
        if parts and parts[-1][-1] == value - 1:
            parts[-1].append(value)
        else:
            parts.append([value])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)
