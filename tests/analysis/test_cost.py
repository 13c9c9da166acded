from collections.abc import Callable
from dataclasses import replace

from seqrec_bench.analysis.cost import Cost, cost
from seqrec_bench.records import Record


def test_times_are_medians_and_sizes_are_the_greatest(make_record: Callable[..., Record]) -> None:
    spent = [(9.0, 8.0, 0.3, 5, 70), (1.0, 0.9, 0.1, 7, 90), (2.0, 1.5, 0.2, 6, 80)]
    records = [
        replace(
            make_record("fpmc", 100, seed),
            seconds={"fit": fit, "fit_cpu": fit_cpu, "score": score},
            parameters=parameters,
            peak_memory_bytes=memory,
        )
        for seed, (fit, fit_cpu, score, parameters, memory) in enumerate(spent)
    ]
    assert cost(records) == Cost(2.0, (1.0, 9.0), 1.5, 0.2, 7, 90)
    early = replace(records[0], seconds={"fit": 9.0, "score": 0.3})
    assert cost([early, *records[1:]]).fit_cpu_seconds is None
