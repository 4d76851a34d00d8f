"""One call for any range: where rows come from, what is checked, what happens to bad input."""

from __future__ import annotations

import hashlib
import io
import sys
import warnings
import zipfile
from datetime import datetime
from decimal import Decimal

import msgspec
import pandas as pd
import pyarrow as pa
import pytest

from binance_lab import Spot
from binance_lab.connector.exceptions import (
    BadInput,
    Banned,
    ConfigError,
    TooManyRequests,
)
from binance_lab.connector.symbols import UnknownSymbol
from binance_lab.frames import klines_frame
from binance_lab.history import History, datasets

from .mirror import Answer, flipped, status

MONTHS = {"start": "2024-12-20", "end": "2025-03-05T12:00"}  # over the change from ms to µs
FILE = "*BTCUSDT-15m-2025-02.zip"


def same(frame: pd.DataFrame, other: pd.DataFrame) -> None:
    """Both hold the same rows, to the last digit."""
    pd.testing.assert_frame_equal(frame, other, check_exact=True)


def test_archive_and_rest_make_one_frame(history, mirror):
    """Whole months come from the archive, edges from REST, and rows are what REST says they are."""
    frame = history.klines("BTCUSDT", "15m", **MONTHS)
    assert [origin["from"] for origin in frame.attrs["quality"]["origins"]] == [
        "rest",
        "month",
        "month",
        "rest",
    ]
    assert mirror.count("*.zip") == mirror.count("*.CHECKSUM") == 2
    same(frame, history.klines("BTCUSDT", "15m", **MONTHS, keep=False))


def test_what_is_kept_is_not_asked_for_again(history, mirror):
    """The same range again costs no request, a longer one only what is new."""
    first = history.klines("BTCUSDT", "15m", **MONTHS)
    mirror.asked.clear()
    same(history.klines("BTCUSDT", "15m", **MONTHS), first)
    assert mirror.asked == []
    longer = history.klines("BTCUSDT", "15m", start="2024-12-20", end="2025-03-07")
    assert mirror.count("*klines*") == 1
    assert len(longer) == len(first) + 36 * 4


def test_trades_by_day_and_by_id_make_one_frame(history, mirror):
    """Whole days of trades come from the archive; ids follow one another over the edges."""
    span = {"start": "2025-03-01T23:30", "end": "2025-03-03T00:20"}
    frame = history.agg_trades("SHIBUSDT", **span)
    assert mirror.count("*daily/aggTrades*.zip") == 1
    assert (frame["id"].diff().dropna() == 1).all()
    same(frame, history.agg_trades("SHIBUSDT", **span, keep=False))
    assert frame.attrs["quality"]["missing"] == []


def test_trades_before_2025_are_in_ms_wherever_they_come_from(history):
    """The archive has ms before 2025, so REST's µs are cut: the source doesn't change a row."""
    span = {"start": "2024-03-01T23:50", "end": "2024-03-03T00:10"}
    frame = history.trades("SHIBUSDT", **span)
    same(frame, history.trades("SHIBUSDT", **span, keep=False))


def test_the_open_candle_is_flagged_and_not_kept(history):
    """The newest candle isn't closed; the store only has what doesn't change any more."""
    frame = history.klines("BTCUSDT", "1m", start=pd.Timestamp.now("UTC") - pd.Timedelta("1h"))
    assert frame["closed"].iloc[:-1].all()
    assert not frame["closed"].iloc[-1]
    stored = pd.read_parquet(history.folder / "klines_1m")
    assert stored.index[-1] < frame.index[-1]
    assert len(stored) >= 59
    assert "closed" not in stored


def test_many_symbols_are_one_frame(history):
    """Several symbols follow one another, with their name in the first column."""
    span = {"start": "2025-01-01", "end": "2025-01-02"}
    frame = history.klines(["SOLUSDT", "BTCUSDT"], "1h", **span)
    assert frame.columns[0] == "symbol"
    assert frame.groupby("symbol", sort=False).size().to_dict() == {"SOLUSDT": 25, "BTCUSDT": 25}
    alone = history.klines("BTCUSDT", "1h", **span)
    same(frame[frame["symbol"] == "BTCUSDT"].drop(columns="symbol"), alone)


def test_exact_numbers_are_kept_exactly(history, mirror):
    """Decimals of archive and REST are the server's own digits, and no float was ever made of them."""
    frame = history.klines("SHIBUSDT", "15m", **MONTHS, numbers="decimal")
    assert mirror.count("*.zip") == 2
    same(frame, history.klines("SHIBUSDT", "15m", **MONTHS, numbers="decimal", keep=False))
    assert (frame["quote_volume"].map(float).map(Decimal) != frame["quote_volume"]).any()
    mirror.asked.clear()
    same(history.klines("SHIBUSDT", "15m", **MONTHS, numbers="decimal"), frame)
    assert mirror.asked == []
    [(total,)] = history.sql("select sum(quote_volume) from klines_15m_exact").to_numpy()
    assert total == frame["quote_volume"].sum()


def test_exact_trades_are_kept_exactly(history):
    """The same of trades, over the edges of a day's file."""
    span = {"start": "2025-03-01T23:50", "end": "2025-03-03T00:05", "numbers": "decimal"}
    frame = history.trades("SHIBUSDT", **span)
    same(frame, history.trades("SHIBUSDT", **span, keep=False))


def test_exact_numbers_are_never_made_of_kept_floats(history, mirror):
    """What is there as float64 is fetched anew, and kept beside it."""
    history.klines("BTCUSDT", "15m", **MONTHS)
    mirror.asked.clear()
    history.klines("BTCUSDT", "15m", **MONTHS, numbers="decimal")
    assert mirror.count("*.zip") == 2
    assert history.contents()["dataset"].tolist() == ["klines_15m", "klines_15m_exact"]


def test_more_digits_than_the_store_has_are_an_error(history):
    """A ninth decimal isn't rounded away."""
    exact = datasets.named("trades_exact")
    answer = [
        {
            "id": 1,
            "price": "1.123456789",
            "qty": "1",
            "quoteQty": "1",
            "time": 1,
            "isBuyerMaker": True,
        }
    ]
    with pytest.raises(pa.ArrowInvalid, match=r"data loss|precision"):
        exact.table(exact.frame(msgspec.json.encode(answer)))


def test_before_the_listing_the_frame_is_empty_and_says_why(history, mirror):
    """A range before the first trade costs one request and has a note and the full schema."""
    empty = history.klines("SOLUSDT", "1m", start="2019-01-01", end="2019-03-01")
    full = history.klines("SOLUSDT", "1m", start="2021-01-01", end="2021-01-01T01:00")
    assert empty.empty
    assert list(empty.dtypes) == list(full.dtypes)
    assert "from 2020-08-11" in empty.attrs["quality"]["notes"][0]
    assert mirror.count("*.zip") == 0


def test_a_range_over_the_listing_begins_with_the_first_candle(history):
    """What was before the listing is no hole."""
    frame = history.klines("SOLUSDT", "15m", start="2020-07-01", end="2020-09-02")
    assert frame.index[0] == pd.Timestamp("2020-08-11", tz="UTC")
    assert frame.attrs["quality"]["missing"] == []


@pytest.mark.parametrize("interval", ["3m", "1h", "2h", "6h", "8h", "1d", "3d", "1w", "1M"])
@pytest.mark.parametrize("time_zone", ["0", "8", "-3:30"])
def test_resampled_candles_are_those_that_the_exchange_has(history, client, interval, time_zone):
    """Longer candles made of shorter ones are the server's to the last digit, in any time zone."""
    short, days = ("1m", 2) if interval == "3m" else ("30m", 70)
    span = {
        "start": "2025-01-01",
        "end": pd.Timestamp("2025-01-01", tz="UTC") + pd.Timedelta(days, "D"),
    }
    frame = history.klines("BTCUSDT", short, **span, numbers="decimal", keep=False)
    made = frame.ohlcv.resample(interval, time_zone=time_zone).iloc[1:-1]
    first, last = (int(time.timestamp() * 1000) for time in (made.index[0], made.index[-1]))
    pages = pd.concat(
        klines_frame(
            client.klines(
                "BTCUSDT", interval, startTime=start, endTime=last, timeZone=time_zone, limit=1000
            ),
            numbers="decimal",
        )
        for start in range(first, last + 1, 1000 * 3_600_000)
    )
    same(made.drop(columns="closed"), pages[~pages.index.duplicated()])


# Archives that aren't as they should be


def test_a_flipped_byte_is_noticed_and_rest_asked_instead(history, mirror):
    """A file that doesn't match its checksum twice is not used; the incident is kept."""
    mirror.wrong[FILE] = flipped
    frame = history.klines("BTCUSDT", "15m", **MONTHS)
    assert mirror.count(FILE) == 2
    incident = frame.attrs["quality"]["incidents"][0]
    assert incident["what"].startswith("checksum mismatch")
    assert incident["what"].endswith("not used")
    assert "month" not in {o["from"] for o in frame.attrs["quality"]["origins"][2:]}
    same(frame, history.klines("BTCUSDT", "15m", **MONTHS, keep=False))


def test_a_checksum_that_never_matches_needs_consent(history, mirror):
    """On consent a file that REST agrees with is used, and what was compared is told."""
    mirror.wrong[FILE + ".CHECKSUM"] = lambda answer: (200, {}, b"0" * 64 + b"  x.zip\n")
    history.use_unverified = True
    frame = history.klines("BTCUSDT", "15m", start="2025-02-01", end="2025-02-28T23:59")
    quality = frame.attrs["quality"]
    assert [origin["from"] for origin in quality["origins"]] == ["month"]
    assert quality["incidents"][0]["what"] == (
        "checksum mismatch; of 2,688 rows compared with REST 0 differ; used on consent"
    )


def test_a_file_without_a_checksum_is_not_used_without_consent(history, mirror):
    """What can't be verified counts as what doesn't match."""
    mirror.wrong[FILE + ".CHECKSUM"] = status(404)
    frame = history.klines("BTCUSDT", "15m", start="2025-02-01", end="2025-02-28T23:59")
    assert frame.attrs["quality"]["incidents"][0]["what"].startswith("checksum missing")
    assert len(frame) == 28 * 96


@pytest.mark.parametrize("code", [403, 404])
def test_a_month_that_is_not_in_the_archive_comes_by_rest(history, mirror, code):
    """The month is whole nevertheless, and the missing file is told."""
    mirror.wrong[FILE] = status(code)
    frame = history.klines("BTCUSDT", "15m", start="2025-02-01", end="2025-02-28T23:59")
    assert len(frame) == 28 * 96
    assert f"HTTP {code}" in frame.attrs["quality"]["incidents"][0]["what"]


# Holes


def without_hour(answer: Answer) -> Answer:
    """REST's answer without the candles from 06:00 to 06:59 of 2025-01-01."""
    code, headers, body = answer
    start = 1_735_711_200_000
    rows = [row for row in msgspec.json.decode(body) if not start <= row[0] < start + 3_600_000]
    return code, headers, msgspec.json.encode(rows)


def test_holes_are_kept_as_holes_and_say_who_lacks_them(history, mirror):
    """What REST leaves out isn't filled; the archive is asked whether it has it."""
    mirror.wrong["*api/v3/klines*"] = without_hour
    frame = history.klines("BTCUSDT", "1m", start="2025-01-01", end="2025-01-01T23:59")
    assert len(frame) == 23 * 60
    hole = {"first": "2025-01-01T06:00:00Z", "last": "2025-01-01T06:59:00Z", "count": 60}
    assert frame.attrs["quality"]["missing"] == [{"symbol": "BTCUSDT", **hole, "lacks": "rest"}]
    table = history.quality("BTCUSDT", "1m")
    assert table[["kind", "count", "lacks"]].values.tolist() == [["missing", 60, "rest"]]
    assert table["first"].iloc[0] == pd.Timestamp("2025-01-01T06:00Z")


def test_holes_are_mended_only_when_asked(history, mirror):
    """mend puts in what the archive has and REST lacks; then the range is whole."""
    span = {"start": "2025-01-01", "end": "2025-01-01T23:59"}
    mirror.wrong["*api/v3/klines*"] = without_hour
    assert len(history.klines("BTCUSDT", "1m", **span)) == 23 * 60
    assert history.mend("BTCUSDT", "1m") == 60
    mirror.wrong.clear()
    frame = history.klines("BTCUSDT", "1m", **span)
    same(frame, history.klines("BTCUSDT", "1m", **span, keep=False))
    assert frame.attrs["quality"]["missing"] == []
    assert frame.attrs["quality"]["origins"][0]["from"] == "rest, day"


def test_what_the_archive_lacks_is_mended_by_rest(history, mirror):
    """A file with a hole is used as it is; REST's rows are put in when that is asked for."""
    mirror.wrong[FILE] = without_hour_of_zip
    mirror.wrong[FILE + ".CHECKSUM"] = lambda answer: (200, {}, digest_of_spoiled(mirror))
    span = {"start": "2025-02-01", "end": "2025-02-28T23:59"}
    frame = history.klines("BTCUSDT", "15m", **span)
    missing = frame.attrs["quality"]["missing"]
    assert [(hole["count"], hole["lacks"]) for hole in missing] == [(60, "archive")]
    assert history.mend() == 60
    same(
        history.klines("BTCUSDT", "15m", **span),
        history.klines("BTCUSDT", "15m", **span, keep=False),
    )


def digest_of_spoiled(mirror) -> bytes:
    """The checksum of the file with its hole, as the archive would publish it."""
    path = next(path for path in mirror.asked if path.endswith(".zip"))
    return hashlib.sha256(mirror.sent[path]).hexdigest().encode() + b"  x.zip\n"


def test_what_neither_source_has_the_exchange_lacks(history, mirror):
    """A hole that the archive has, too, was an outage."""
    mirror.wrong["*api/v3/klines*"] = without_hour
    mirror.wrong["*daily/klines*.zip"] = without_hour_of_zip
    mirror.wrong["*daily/klines*.CHECKSUM"] = lambda answer: (200, {}, digest_of_spoiled(mirror))
    frame = history.klines("BTCUSDT", "1m", start="2025-01-01", end="2025-01-01T23:59")
    assert [hole["lacks"] for hole in frame.attrs["quality"]["missing"]] == ["exchange"]


def test_a_damaged_file_says_nothing_of_a_hole(history, mirror):
    """What doesn't match its checksum isn't asked who lacks what; that is told."""
    mirror.wrong["*api/v3/klines*"] = without_hour
    mirror.wrong["*daily/klines*.zip"] = without_hour_of_zip
    frame = history.klines("BTCUSDT", "1m", start="2025-01-01", end="2025-01-01T23:59")
    assert [hole["lacks"] for hole in frame.attrs["quality"]["missing"]] == ["unknown"]
    assert "doesn't match its checksum" in frame.attrs["quality"]["incidents"][0]["what"]


def test_all_holes_of_a_day_are_looked_up_in_one_file(history, mirror):
    """Ten holes don't fetch the day ten times."""
    mirror.wrong["*api/v3/klines*"] = every_tenth_left_out
    frame = history.klines("BTCUSDT", "1m", start="2025-01-01", end="2025-01-01T02:59")
    assert [hole["lacks"] for hole in frame.attrs["quality"]["missing"]] == ["rest"] * 18
    assert mirror.count("*daily/klines*.zip") == 1


def test_more_holes_than_are_looked_into_at_once_are_all_mended(history, mirror):
    """Those that nobody was asked about when they came are asked about by mend."""
    span = {"start": "2025-01-01", "end": "2025-01-01T05:59"}
    mirror.wrong["*api/v3/klines*"] = every_tenth_left_out
    holes = history.klines("BTCUSDT", "1m", **span).attrs["quality"]["missing"]
    assert {hole["lacks"] for hole in holes} == {"rest", "unknown"}
    assert history.mend("BTCUSDT", "1m") == 36
    assert history.quality("BTCUSDT", "1m").empty


def test_mend_keeps_what_it_finds_out_of_a_hole_that_stays(history, mirror):
    """That neither source has the rows is known from then on."""
    mirror.wrong["*api/v3/klines*"] = without_hour
    mirror.wrong["*daily/klines*.zip"] = without_hour_of_zip
    history.klines("BTCUSDT", "1m", start="2025-01-01", end="2025-01-01T23:59")
    assert history.quality("BTCUSDT", "1m").query("kind == 'missing'")["lacks"].tolist() == [
        "unknown"
    ]
    mirror.wrong["*daily/klines*.CHECKSUM"] = lambda answer: (200, {}, digest_of_spoiled(mirror))
    assert history.mend("BTCUSDT", "1m") == 0
    assert history.quality("BTCUSDT", "1m").query("kind == 'missing'")["lacks"].tolist() == [
        "exchange"
    ]


ENDS = {"start": "2025-01-01T23:59:30", "end": "2025-01-02T00:00:29"}


def without_ends(answer: Answer) -> Answer:
    """A page of trades without its first and its last; that of the first trade ever stays."""
    code, headers, body = answer
    rows = msgspec.json.decode(body)
    return code, headers, msgspec.json.encode(rows[1:-1] or rows)


@pytest.mark.parametrize(
    ("trades", "page"), [("trades", "*historicalTrades*"), ("agg_trades", "*aggTrades*fromId*")]
)
def test_trades_missing_at_an_end_are_missing(history, mirror, trades, page):
    """What REST leaves out at the beginning or the end of a range is a hole like any other."""
    ask = getattr(history, trades)
    whole = ask("SHIBUSDT", **ENDS, keep=False)
    assert whole.attrs["quality"]["missing"] == []
    mirror.wrong[page] = without_ends
    for keep in (False, True):
        frame = ask("SHIBUSDT", **ENDS, keep=keep)
        assert len(frame) == len(whole) - 2
        assert [hole["count"] for hole in frame.attrs["quality"]["missing"]] == [1, 1]
    history.compact()
    mirror.wrong.clear()
    assert history.mend("SHIBUSDT") == 2
    same(ask("SHIBUSDT", **ENDS), whole)


def test_a_hole_over_midnight_is_looked_up_on_both_days(history, mirror):
    """The trade before it was yesterday, and what is missing is in today's file."""
    midnight = 1_735_776_000_000

    def morning_left_out(answer: Answer) -> Answer:
        code, headers, body = answer
        rows = msgspec.json.decode(body)
        unit = 1000 if rows[0]["T"] > 10**15 else 1
        kept = [row for row in rows if not 0 <= row["T"] - midnight * unit < 10_000 * unit]
        return code, headers, msgspec.json.encode(kept)

    mirror.wrong["*aggTrades*fromId*"] = morning_left_out
    frame = history.agg_trades("SHIBUSDT", **ENDS, keep=True)
    assert [hole["lacks"] for hole in frame.attrs["quality"]["missing"]] == ["rest"]
    assert mirror.count("*daily/aggTrades*.zip") == 2


def every_tenth_left_out(answer: Answer) -> Answer:
    code, headers, body = answer
    rows = [row for row in msgspec.json.decode(body) if row[0] // 60_000 % 10 != 5]
    return code, headers, msgspec.json.encode(rows)


def without_hour_of_zip(answer: Answer) -> Answer:
    code, headers, body = answer
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        name = archive.namelist()[0]
        lines = archive.read(name).decode().splitlines(keepends=True)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "".join(lines[:360] + lines[420:]))
    return code, headers, made.getvalue()


# Refusals and bad input


def test_a_refusal_half_way_loses_nothing(mirror, client, history):
    """429 ends the call with a clear error; the same call then goes on from there."""
    asked = []

    def later(answer: Answer) -> Answer:
        asked.append(1)
        return status(429, retry_after="0")(answer) if len(asked) > 12 else answer

    mirror.wrong["*api/v3/klines*"] = later
    span = {"start": "2024-12-20", "end": "2025-01-20T12:00"}
    with pytest.raises(TooManyRequests) as refused:
        history.klines("BTCUSDT", "1m", **span)
    assert "goes on from there" in refused.value.__notes__[0]
    mirror.wrong.clear()
    frame = history.klines("BTCUSDT", "1m", **span)
    same(frame, history.klines("BTCUSDT", "1m", **span, keep=False))


def test_a_ban_ends_the_call_at_once(mirror, tmp_path):
    """418 is told, with the time to wait, and no further request is sent."""
    mirror.wrong["*api/v3/klines*"] = status(418, retry_after="2")
    with Spot(base_url=mirror.url) as client, pytest.raises(Banned, match="Retry after 2 s"):
        History(client, tmp_path, archive_url=mirror.url).klines("BTCUSDT", start="2025-01-01")
    assert mirror.count("*klines*") == 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda h: h.klines("BTCUSDT", "7m", start="2025-01-01"), "1m, 3m, 5m"),
        (lambda h: h.klines("BTCUSDT", start="2025-02-01", end="2025-01-01"), "after it ends"),
        (lambda h: h.klines("BTCUSDT", start="soon"), "2026-01-31"),
        (lambda h: h.klines("../BTCUSDT", start="2025-01-01"), "can't be a symbol"),
        (lambda h: h.klines([], start="2025-01-01"), "No symbol"),
        (lambda h: h.klines(None, start="2025-01-01"), "None can't be a symbol"),
        (lambda h: h.trades(5, start="2025-01-01"), "5 can't be a symbol"),
        (lambda h: h.sync("BTCUSDT", "1m"), "from when on"),
        (
            lambda h: h.sync("BTCUSDT", "candles", start="2025-01-01"),
            "trades, agg_trades or klines",
        ),
        (lambda h: h.sql("select * from klines_1m"), "lab.history.sync"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(history, mirror, call, says):
    """What can't be meant is an error of ours that says what would be right."""
    with pytest.raises(BadInput, match=says):
        call(history)
    assert mirror.asked == []


def test_an_unknown_symbol_leaves_nothing_behind(history):
    """It is told with similar ones, and no folder is made for it."""
    with pytest.raises(UnknownSymbol, match="Did you mean BTCUSDT"):
        history.klines("BTCUSD", start="2025-01-01")
    assert not list(history.folder.glob("*/symbol=*"))


def test_times_without_a_zone_are_said_to_be_utc(history):
    """A datetime without a zone is taken as UTC, with a warning."""
    with pytest.warns(UserWarning, match="taken as UTC") as warned:
        frame = history.klines(
            "BTCUSDT", "1h", start=pd.Timestamp("2025-01-01"), end="2025-01-01T03:00"
        )
    assert frame.index[0] == pd.Timestamp("2025-01-01", tz="UTC")
    assert warned[0].filename == __file__


def test_times_without_a_zone_are_said_once(history):
    """A loop over many of them is told once, not once for each time."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for day in range(1, 5):
            start = datetime(2025, 1, day)
            history.klines("BTCUSDT", "1h", start=start, end=start, keep=False)
    assert len(told) == 1


def test_without_pyarrow_rest_still_answers_and_the_store_says_what_to_install(
    history, monkeypatch
):
    """Where the extra is missing, a range comes by REST; what needs the store names the pip line."""
    monkeypatch.setattr("binance_lab.history.history.available", lambda: False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = history.klines("BTCUSDT", "15m", **MONTHS, keep=None)
    assert len(frame) == 75 * 96 + 49
    with pytest.raises(ConfigError, match=r"pip install .*\[history\]\""):
        history.klines("BTCUSDT", "15m", **MONTHS)


def test_small_ranges_are_not_kept_unless_asked(history):
    """The lab's own calls keep what takes many requests, and nothing else."""
    history.klines("BTCUSDT", "1m", start="2025-01-01", end="2025-01-02", keep=None)
    assert not history.folder.exists()
    history.klines("BTCUSDT", "15m", **MONTHS, keep=None)
    assert history.contents()["dataset"].tolist() == ["klines_15m"]


def test_months_and_weeks_are_kept_too(history, past):
    """The longest intervals come by REST, in the months that they open in."""
    span = {"start": "2023-05-01", "end": "2025-03-01"}
    with Spot(base_url=past.rest) as spot:
        for interval in ("1w", "3d", "1M"):
            frame = history.klines("BTCUSDT", interval, **span)
            asked = spot.klines("BTCUSDT", interval, startTime=1_682_899_200_000, limit=1000)
            direct = klines_frame(asked)
            direct = direct[direct.index <= "2025-03-01"]
            same(frame.drop(columns="closed"), direct)
            assert frame.attrs["quality"]["missing"] == []


def test_what_is_not_kept_tells_its_holes_too(history, mirror):
    """A range by REST alone says what is missing; nobody else was asked who lacks it."""
    mirror.wrong["*api/v3/klines*"] = without_hour
    span = {"start": "2025-01-01", "end": "2025-01-01T12:00"}
    frame = history.klines("BTCUSDT", "1m", **span, keep=False)
    hole = {"first": "2025-01-01T06:00:00Z", "last": "2025-01-01T06:59:00Z", "count": 60}
    assert frame.attrs["quality"]["missing"] == [{"symbol": "BTCUSDT", **hole, "lacks": "unknown"}]


def test_years_before_the_listing_cost_one_request(history, mirror):
    """A range by REST alone that begins far too early is asked for from the first candle on."""
    frame = history.klines("SOLUSDT", "1h", start="2010-01-01", end="2020-08-12", keep=False)
    assert frame.index[0] == pd.Timestamp("2020-08-11", tz="UTC")
    assert mirror.count("*klines*") == 2
