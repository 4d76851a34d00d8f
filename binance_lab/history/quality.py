"""What is known of rows in the store: where they are from, what is missing, and who lacks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import pandas as pd

from .cleaning import Hole
from .manifest import Manifest, Part
from .spans import Span, text, without

Quality: TypeAlias = dict[str, Any]
"""JSON-ready, as `frame.attrs` must be: see `quality_of`."""

_COLUMNS = ("symbol", "kind", "first", "last", "count", "lacks", "note")


def quality_of(manifest: Manifest, span: Span) -> Quality:
    """What is known of a span.

    Returns:
        ``missing``: dicts of symbol, first, last (ISO), count, and lacks: archive, rest,
        exchange or unknown. ``conflicts`` and ``duplicates``: how many rows had the key of
        another, and said something else, or the same. ``incidents``: what was wrong with
        sources. ``origins``: dicts of first, last and from. ``notes``: texts.
    """
    parts = [part for part in manifest.parts if part.start_ms < span[1] and part.end_ms > span[0]]
    symbol = manifest.symbol
    return {
        "missing": [
            {
                "symbol": symbol,
                "first": text(hole.first_ms),
                "last": text(hole.last_ms),
                "count": hole.missing,
                "lacks": hole.lacks,
            }
            for hole in _holes(manifest, parts)
            if hole.first_ms < span[1] and hole.last_ms >= span[0]
        ],
        "duplicates": sum(part.duplicates for part in parts),
        "conflicts": sum(part.conflicts for part in parts),
        "incidents": [
            {
                "symbol": symbol,
                "first": text(each.start_ms),
                "last": text(each.end_ms),
                "what": each.what,
                "url": each.url,
            }
            for each in manifest.incidents
            if each.start_ms < span[1] and each.end_ms > span[0]
        ],
        "origins": [
            {
                "symbol": symbol,
                "first": text(part.start_ms),
                "last": text(part.end_ms),
                "from": ", ".join(dict.fromkeys(origin.kind for origin in part.origins)),
            }
            for part in parts
        ],
        "notes": list(_notes(manifest, span)),
    }


def joined(qualities: Iterable[Quality]) -> Quality:
    """Those of several symbols as one."""
    result: Quality = {}
    for quality in qualities:
        for name, value in quality.items():
            result[name] = result[name] + value if name in result else value
    return result


def quality_frame(manifests: Iterable[Manifest], span: Span | None) -> pd.DataFrame:
    """A row for each thing that isn't as it should be.

    Columns: ``symbol``; ``kind``: missing, conflict, duplicates, incident or not stored;
    ``first`` and ``last`` (UTC); ``count`` of rows; ``lacks``: archive, rest, exchange (both
    lack it) or unknown; ``note``.
    """
    rows = [row for manifest in manifests for row in _rows(manifest, span)]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    for name in ("first", "last"):
        times = pd.to_datetime(frame[name].astype("int64"), unit="ms", utc=True)
        frame[name] = times.dt.as_unit("us")
    frame["count"] = frame["count"].astype("int64")
    for name in ("symbol", "kind", "lacks", "note"):
        frame[name] = frame[name].astype("string")
    return frame.sort_values(["symbol", "first"], kind="stable", ignore_index=True)


def _rows(manifest: Manifest, span: Span | None) -> Iterator[tuple[Any, ...]]:
    parts, symbol = manifest.parts, manifest.symbol
    if span is None:
        span = (parts[0].start_ms, parts[-1].end_ms) if parts else (0, 0)
        if parts and manifest.begins_ms is not None:
            span = min(span[0], manifest.begins_ms), span[1]
    if manifest.first_ms is not None:
        span = max(span[0], manifest.first_ms), span[1]
    inside = [part for part in parts if part.start_ms < span[1] and part.end_ms > span[0]]
    for hole in _holes(manifest, inside):
        yield symbol, "missing", hole.first_ms, hole.last_ms, hole.missing, hole.lacks, ""
    for part in inside:
        for time in part.conflict_ms:
            yield symbol, "conflict", time, time, 1, "", "rows that differ; the first is kept"
        if part.duplicates:
            yield symbol, "duplicates", *part.span, part.duplicates, "", "left out"
    for each in manifest.incidents:
        if each.start_ms < span[1] and each.end_ms > span[0]:
            note = f"{each.what} ({each.url})"
            yield symbol, "incident", each.start_ms, each.end_ms, 0, "", note
    for start, end in without(span, manifest.covered):
        yield symbol, "not stored", start, end, 0, "", "sync fetches it"


def _holes(manifest: Manifest, parts: Iterable[Part]) -> Iterator[Hole]:
    """Those within parts; of trades, whose ids say it, also those between parts that touch."""
    by_id = not manifest.dataset.startswith("klines")
    last_key, end_ms = None, None
    for part in parts:
        touches = part.start_ms == end_ms
        if by_id and touches and last_key is not None and part.first_key is not None:
            missing = part.first_key - last_key - 1
            if missing > 0:
                at = part.start_ms
                yield Hole(first_ms=at, last_ms=at, missing=missing, first_key=last_key + 1)
        yield from part.holes
        last_key = last_key if touches and part.last_key is None else part.last_key
        end_ms = part.end_ms


def _notes(manifest: Manifest, span: Span) -> Iterator[str]:
    first = manifest.first_ms
    if first is None:
        yield f"{manifest.symbol} has not been traded yet."
    elif span[0] < first:
        yield f"{manifest.symbol} is there from {text(first)} on."
