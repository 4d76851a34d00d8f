"""How headers are read off a socket: as http.client reads them, for less."""

from __future__ import annotations

import http.client
import io

import pytest
import requests

from binance_lab.connector import reading
from binance_lab.connector.reading import read_headers
from binance_lab.connector.spot import Spot

from .web import raw_reply

USUAL = (
    b"Content-Type: application/json;charset=UTF-8\r\n"
    b"x-mbx-used-weight-1m:2\r\n"
    b"Set-Cookie: a=1\r\n"
    b"Set-Cookie: b=2\r\n"
    b"Expires: \t0\r\n"
    b"X-Empty:\r\n"
    b"Via: 1.1 caf\xe9.example (CloudFront)\r\n"
    b"X-Colons: a:b: c\r\n\r\n"
)
ODD = (
    b"A: folded\r\n line\r\nB: c\r\n\r\n",
    b" A: begins folded\r\nB: c\r\n\r\n",
    b"A: b\nC: d\n\n",
    b"A: b\rC: d\r\n\r\n",
    b"A : b\r\nC: d\r\n\r\n",
    b": no name\r\nA: b\r\n\r\n",
    b"no colon\r\nA: b\r\n\r\n",
    b"A: b\r\nno colon\r\nC: d\r\n\r\n",
    b"A: b\r\nContent-Le",
    b"From somebody\r\nA: b\r\n\r\n",
    b"A: b\x0bc\x1cd\x85e\r\nC: d\r\n\r\n",
    b"\xe9: b\r\n\r\n",
    b"",
    b"\r\n",
)


@pytest.mark.parametrize("head", [USUAL, *ODD])
def test_headers_are_those_of_the_standard_library(head):
    """Whatever a server sends, names and values are the ones that http.client makes of it."""
    ours, theirs = (parse(io.BytesIO(head)) for parse in (read_headers, http.client.parse_headers))
    assert ours.items() == theirs.items()
    assert list(map(type, ours.defects)) == list(map(type, theirs.defects))


def test_usual_headers_are_not_parsed_as_a_mail(monkeypatch):
    """The mail parser is asked only where splitting lines is not enough."""
    monkeypatch.setattr(reading, "Parser", None)
    assert read_headers(io.BytesIO(USUAL))["EXPIRES"] == "0"


@pytest.mark.parametrize(
    "head",
    [b"A: " + b"b" * 70_000 + b"\r\n\r\n", b"A: b\r\n" * 101 + b"\r\n"],
    ids=["long", "many"],
)
def test_too_much_of_headers_is_refused(head):
    """A line or a number of lines that http.client refuses is refused."""
    for parse in (read_headers, http.client.parse_headers):
        with pytest.raises(http.client.HTTPException):
            parse(io.BytesIO(head))


@pytest.mark.parametrize("make", [lambda: None, requests.Session], ids=["pool", "session"])
def test_a_header_that_comes_twice_is_one_line(serve, make):
    """Both values are there, as HTTP says, whichever way a call goes."""
    reply = raw_reply(b"{}", X_Mbx_Uuid="5c6a").replace(b"5c6a\r\n", b"5c6a\r\nx-mbx-uuid: 7d\r\n")
    with Spot(base_url=serve(lambda asked: reply).url, session=make()) as client:
        assert client.with_raw_response.ping().headers["x-mbx-uuid"] == "5c6a, 7d"


def test_headers_of_an_answer_are_read_so(serve, monkeypatch):
    """A call's answer comes without the mail parser."""
    server = serve(lambda asked: raw_reply(b"{}", X_Mbx_Uuid="5c6a", X_Odd="x : y"))
    monkeypatch.setattr(reading, "Parser", None)
    monkeypatch.setattr(http.client, "parse_headers", None)
    with Spot(base_url=server.url) as client:
        headers = client.with_raw_response.ping().headers
    assert (headers["x-mbx-uuid"], headers["x-odd"]) == ("5c6a", "x : y")
