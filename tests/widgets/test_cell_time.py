"""When cells ran: which clicks may have waited for one."""

from __future__ import annotations

import pytest

from binance_lab.widgets.cell_time import CellTime


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cells(clock):
    return CellTime(clock)


def run(cells, clock, *, start, end):
    """A cell that runs from one time to another."""
    clock.now = start
    cells.begins()
    assert not cells.has_kept_waiting()  # a click of the cell's own is of now
    clock.now = end
    cells.ends()


@pytest.mark.parametrize(
    ("end", "later", "waited"),
    [(9.0, 0.1, True), (9.0, 0.5, False), (0.5, 0.1, False)],
)
def test_a_click_right_after_a_long_cell_has_waited(cells, clock, end, later, waited):
    """Only right after, and only if the cell ran long."""
    run(cells, clock, start=0.0, end=end)
    clock.now = end + later
    assert cells.has_kept_waiting() is waited


def test_short_cells_in_a_row_keep_clicks_waiting_too(cells, clock):
    """Several cells, one right after the other, count as one."""
    for start in range(5):
        run(cells, clock, start=start * 0.5, end=start * 0.5 + 0.4)
    assert cells.has_kept_waiting()


def test_a_cell_whose_start_was_not_seen_counts_for_nothing(cells):
    """The cell that makes the first form began before anybody looked."""
    cells.ends()
    assert not cells.has_kept_waiting()
