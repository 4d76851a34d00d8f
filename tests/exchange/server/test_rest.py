"""The REST door: answers, headers, and every way a request can be refused."""

from __future__ import annotations

import time

import requests


from ..conftest import Rest


def code_of(answer: requests.Response) -> tuple[int, int, str]:
    """Status, code and text of a refusal."""
    body = answer.json()
    return answer.status_code, body["code"], body["msg"]


def test_the_time_is_in_milliseconds(rest: Rest):
    """The server's time is in milliseconds unless asked for otherwise."""
    assert abs(rest.get("/api/v3/time").json()["serverTime"] - time.time() * 1000) < 5_000
