"""The errors' texts against Binance's table (tests/data/errors.json: code, then its documented texts)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from binance_lab.wire import errors
from binance_lab.wire.errors import ErrorText

DOCUMENTED = json.loads(Path(__file__).parent.with_name("data").joinpath("errors.json").read_text())
TEXTS = [each for each in vars(errors).values() if isinstance(each, ErrorText)]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.code} {text.msg[:20]}")
def test_a_text_is_as_documented(text: ErrorText):
    """Every error's words are those of the documents; codes that carry texts of others have none there."""
    documented = DOCUMENTED[str(text.code)]
    assert not documented or text.msg in [each.replace("{param}", "%s") for each in documented]
