"""Reading and writing captures."""

from __future__ import annotations

import gzip

import pytest

from binance_lab.wire.capture import (
    CaptureError,
    CaptureWriter,
    capture_paths,
    parse_line,
    read_capture,
    read_header,
)
from binance_lab.wire.lab_error import BadInput

TRADE = b'{"stream":"btcusdt@trade","data":{"e":"trade","t": 7}}'
SNAPSHOT = b'{"lastUpdateId":5,"bids":[],"asks":[]}'


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_what_is_written_is_read(tmp_path, name):
    """A written capture reads back with times, streams and payloads byte for byte."""
    with CaptureWriter(tmp_path / name) as capture:
        capture.write(1, TRADE)
        capture.write(2, SNAPSHOT)
    messages = list(read_capture(tmp_path / name))
    assert [(m.received_ns, m.stream, m.data) for m in messages] == [
        (1, "btcusdt@trade", b'{"e":"trade","t": 7}'),
        (2, "", SNAPSHOT),
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_existing_capture_is_continued(tmp_path, name):
    """A second writer appends to what the first one left, compressed or not."""
    path = tmp_path / "new" / name
    for received_ns in (1, 2):
        with CaptureWriter(path) as capture:
            capture.write(received_ns, TRADE)
    assert [message.received_ns for message in read_capture(path)] == [1, 2]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'5 {"stream":"btcusdt@trade","data":{"e":"tr', "cut short or garbled"),
        (b"5 \x00\xffgarbage", "cut short or garbled"),
        (b'{"stream":"btcusdt@trade","data":{}}', "no receive time"),
        (b"5 {}", "neither"),
        (b"5", "cut short"),
        (b"", "no receive time"),
    ],
)
def test_wrong_line_says_what_is_wrong(line, problem):
    """A line that isn't a time and a message is refused with its reason."""
    with pytest.raises(ValueError, match=problem):
        parse_line(line)


def test_wrong_line_is_named(tmp_path):
    """The error of a garbled line has the file and the line's number."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1 " + TRADE + b"\n2 garbage\n")
    messages = read_capture(path)
    assert next(messages).received_ns == 1
    with pytest.raises(CaptureError, match=r"a\.jsonl, line 2: the message is cut short") as caught:
        next(messages)
    assert caught.value.line == 2


def test_reading_goes_on_behind_a_wrong_line(tmp_path):
    """With on_error a wrong line is reported and the lines behind it are read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1 " + TRADE + b"\n2 garbage\n3 " + SNAPSHOT + b"\n")
    errors: list[CaptureError] = []
    assert [m.received_ns for m in read_capture(path, on_error=errors.append)] == [1, 3]
    assert [error.line for error in errors] == [2]


def test_compressed_file_that_ends_too_early_is_named(tmp_path):
    """A gzip file cut in the middle gives its whole lines, then an error that says so."""
    path = tmp_path / "a.jsonl.gz"
    whole = gzip.compress(b"".join(b"%d %b\n" % (n, TRADE) for n in range(2000)))
    path.write_bytes(whole[: len(whole) // 2])
    errors: list[CaptureError] = []
    count = sum(1 for _ in read_capture(path, on_error=errors.append))
    assert 0 < count < 2000
    assert "ends too early" in str(errors[-1])


def test_header_is_no_message(tmp_path):
    """What a file says of itself is in its first line, and read apart from the messages."""
    path = tmp_path / "a.jsonl"
    with CaptureWriter(path) as capture:
        capture.write_header(1, {"environment": "local"})
        capture.write(2, TRADE)
    assert read_header(path) == {"environment": "local"}
    assert [message.received_ns for message in read_capture(path)] == [2]
    assert capture.count == 1


@pytest.mark.parametrize(("text", "says"), [(b"", "no receive time"), (b"garbled", "line 1")])
def test_header_of_a_garbled_file_is_an_error(tmp_path, text, says):
    """A file whose first line can't be read says nothing of itself."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(text)
    with pytest.raises(CaptureError, match=says):
        read_header(path)


def test_file_without_a_header_says_nothing_of_itself(tmp_path):
    """Captures of other programs begin with a message."""
    with CaptureWriter(tmp_path / "a.jsonl") as capture:
        capture.write(2, TRADE)
    assert read_header(tmp_path / "a.jsonl") == {}


def test_message_with_a_line_break_is_not_written(tmp_path):
    """A message that would become two lines is refused."""
    with (
        CaptureWriter(tmp_path / "a.jsonl") as capture,
        pytest.raises(ValueError, match="line break"),
    ):
        capture.write(1, b"{\n}")


def test_recorded_captures_are_read_whole(recorded):
    """The two recorded files have 99,574 messages, one of them a snapshot."""
    messages = [m for path in sorted((recorded / "captures").iterdir()) for m in read_capture(path)]
    assert len(messages) == 99_574
    assert sum(not message.stream for message in messages) == 1


def test_a_zstd_file_is_read_up_to_where_it_is_whole(tmp_path):
    """What a writer that never finished has flushed is read, then an error says so."""
    path, cut = tmp_path / "a.jsonl.zst", tmp_path / "cut.jsonl.zst"
    writer = CaptureWriter(path)
    for received_ns in range(5000):
        writer.write(received_ns, TRADE)
    writer.flush()
    cut.write_bytes(path.read_bytes())
    errors: list[CaptureError] = []
    read = [message.received_ns for message in read_capture(cut, on_error=errors.append)]
    assert read == list(range(5000))
    assert [(error.line, "ends too early" in str(error)) for error in errors] == [(5001, True)]
    writer.close()
    assert len(list(read_capture(path))) == 5000


def test_a_damaged_zstd_file_is_named(tmp_path):
    """Bytes that are no zstd are an error of the capture, not of the package."""
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"no zstd at all")
    with pytest.raises(CaptureError, match="damaged or ends too early"):
        list(read_capture(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x7fELF\x02\x01\x00\n\x00\x01\n", "isn't text"),
        (b"PAR1\x15\x04\xff\n", "isn't text"),
        (gzip.compress(b"1 " + TRADE), "compressed by gzip; give it a name that ends with .gz"),
    ],
)
def test_a_file_that_is_no_capture_is_one_error(tmp_path, content, says):
    """Once for the file, not once for each of its lines, and without its bytes."""
    path, told = tmp_path / "other", []
    path.write_bytes(content)
    assert list(read_capture(path, on_error=told.append)) == []
    assert [says in str(error) for error in told] == [True]
    assert "\\x" not in str(told[0])
    with pytest.raises(CaptureError, match="no capture"):
        list(read_capture(path))


def test_bytes_are_not_shown(tmp_path):
    """Of a line within that is garbled only its length is told."""
    with pytest.raises(ValueError, match="7 bytes that are no text"):
        parse_line(b"5 \x00\x01\xff\xfe\x00\x01\x02")
    with pytest.raises(ValueError, match="6 bytes that are no text"):
        parse_line(b"\x00\x01\xff\xfe\x00\x01")


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        ((), "No capture is given"),
        ((["a.jsonl"],), r"not a list.*\*paths"),
        ((None,), "not a NoneType"),
    ],
)
def test_captures_are_given_one_by_one(paths, says, tmp_path):
    """A list of them, none, or one that isn't there, is told at once."""
    with pytest.raises(BadInput, match=says):
        capture_paths(paths)
    captures = tmp_path / "a", tmp_path / "b"
    with pytest.raises(BadInput, match="There is no capture"):
        capture_paths(captures)
    for capture in captures:
        capture.touch()
    assert capture_paths([str(captures[0]), captures[1]]) == list(captures)
