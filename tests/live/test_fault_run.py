"""Live objects against the embedded exchange while everything goes wrong that can."""

from __future__ import annotations

from . import fault_run

RUN_S = 30.0
SEED = 7


def test_nothing_is_missing_or_doubled_after_a_run_of_faults():
    """What the server had is what live objects have; the same for longer: ``make faults``."""
    report = fault_run.run(RUN_S, seed=SEED)
    assert report.wrong == [], str(report)
    assert report.unresolved == [], str(report)
    assert report.faults > 50, str(report)
    assert len(report.struck) > 8, str(report)
