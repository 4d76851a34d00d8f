"""What was measured, as a table for people, a file for programs, and README's section."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from contest import Goal
from runner import Outcome, Results, Standing, machine

HEADER = ("work", "unit", "ours", "best peer", "÷ peer", "floor", "÷ floor", "goal")
_MARK = {True: "met", False: "missed", None: "not measured"}


def rows(results: Results) -> list[tuple[str, ...]]:
    """The table's cells, a row for each work that ours did."""
    return [_row(each) for each in results.outcomes if each.standings]


def _row(outcome: Outcome) -> tuple[str, ...]:
    ours, peer, floor = outcome.ours, outcome.best_peer, outcome.floor
    return (
        f"{outcome.area}: {outcome.work.name}",
        outcome.work.unit,
        figure(ours.value(outcome.work)) if ours else "–",
        _named(outcome, peer),
        _times(outcome.ratio(peer)),
        _named(outcome, floor),
        _times(outcome.ratio(floor)),
        ", ".join(_goal(outcome, goal) for goal in outcome.work.goals),
    )


def figure(value: float) -> str:
    """Three digits are more than two runs agree on."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def _named(outcome: Outcome, standing: Standing | None) -> str:
    return f"{figure(standing.value(outcome.work))} {standing.name}" if standing else "–"


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}"


def _goal(outcome: Outcome, goal: Goal) -> str:
    sign = "≥" if goal.more_is_better else "≤"
    against = {"peer": " × peer", "floor": " × floor", "units": ""}[goal.against]
    limit = figure(goal.limit) if goal.against == "units" else f"{goal.limit:.2g}"
    bound = outcome.floor_to_peer if goal.against == "peer" else None
    why = f", the floor is at {bound:.2f}" if bound is not None and not goal.met(bound) else ""
    verdict = outcome.verdict(goal)
    return f"{sign} {limit}{against}: {_MARK[verdict]}{why if verdict is False else ''}"


def text_table(results: Results) -> str:
    """Columns side by side, for a terminal."""
    table = [HEADER, *rows(results)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def details(results: Results) -> str:
    """Every contestant's figure, a line for each work, and who was out and why."""
    lines = []
    for each in results.outcomes:
        ordered = sorted(each.standings, key=lambda standing: standing.value(each.work))
        figures = ", ".join(f"{one.name} {figure(one.value(each.work))}" for one in ordered)
        lines.append(f"{each.area}: {each.work.name} ({each.work.unit}): {figures}")
    lines += [f"out: {who}: {why}" for who, why in results.failures.items()]
    return "\n".join(lines)


def write_json(results: Results, path: Path, *, peers: dict[str, str]) -> None:
    """Everything, for a program that compares runs."""
    content = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {**_own_versions(), **peers},
        "failures": results.failures,
        "works": [each.as_json() for each in results.outcomes],
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _own_versions() -> dict[str, str]:
    names = ("requests", "urllib3", "websocket-client", "msgspec", "pandas", "numpy", "matplotlib")
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def write_section(results: Results, path: Path, *, peers: dict[str, str]) -> None:
    """Replace README's section "Speed"; it goes before "Built on" where there is none yet."""
    text = path.read_text("utf-8")
    before, _, rest = text.partition("\n## Speed\n")
    if rest:
        after = "\n## " + rest.partition("\n## ")[2] if "\n## " in rest else ""
    else:
        before, _, rest = text.partition("\n## Built on\n")
        after = f"\n## Built on\n{rest}" if rest else ""
    path.write_text(f"{before}\n## Speed\n\n{_section(results, peers)}\n{after}", "utf-8")


def _section(results: Results, peers: dict[str, str]) -> str:
    dates = ", ".join(sorted({each.date for each in results.outcomes}))
    lines = [
        "`make bench` measures this on your machine, everybody interleaved in one run on loopback;",
        "`make bench ONLY=streams` one area of it. Medians; less is better where a goal says ≤. The",
        "floor is the bare libraries underneath, without what makes them a client; where it alone misses",
        "a goal, that is said.",
        "",
        f"{dates}, {machine()}{_pace(results)}. "
        f"Peers: {', '.join(f'{k} {v}' for k, v in peers.items())}.",
        "",
        "| " + " | ".join(HEADER) + " |",
        "| " + " | ".join("---" for _ in HEADER) + " |",
        *("| " + " | ".join(row) + " |" for row in rows(results)),
    ]
    if results.failures:
        lines += ["", "Out: " + "; ".join(f"{k} ({v})" for k, v in results.failures.items()) + "."]
    return "\n".join(lines)


def _pace(results: Results) -> str:
    """How fast the machine was: what isn't a ratio goes with it."""
    paces = [each.pace_s for each in results.outcomes if each.pace_s]
    if not paces:
        return ""
    least, most = f"{min(paces):.2f}", f"{max(paces):.2f}"
    span = least if least == most else f"{least} to {most}"
    return f", ten million additions in a plain loop {span} s"
