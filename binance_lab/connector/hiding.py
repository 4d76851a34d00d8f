"""What no error, log or repr may show: keys, signatures, listen keys, personal data."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

_SECRETS = ("apiKey", "code", "listenKey", "listenToken", "password", "signature", "token")
_OTHERS_SECRETS = ("secretToken", "subAccountApiKey")
_PERSONAL = ("accountInfo", "beneficiaryPii", "originatorPii", "questionnaire")
HIDDEN = frozenset((*_SECRETS, *_OTHERS_SECRETS, *_PERSONAL))
"""Parameters whose values are not shown."""

_LIBRARIES = ("urllib3.connectionpool", "websocket")
_IN_LOGS = re.compile(
    r"""(\b(?:signature|listenKey|listenToken|apiKey)(?:=|":\s*"))[^&\s"]*"""
    r"""|(Proxy-Authorization:).*|(\+\+\w+ raw:).*""",  # raw frames are masked, with the mask
    re.DOTALL,
)


def shown(asked: str, params: Mapping[str, str]) -> str:
    """A request as an error may show it: without keys, signature and personal data."""
    return " ".join((asked, *(f"{k}={'…' if k in HIDDEN else v}" for k, v in params.items())))


def hide_in_logs() -> None:
    """Take secrets out of what the libraries underneath log of URLs and frames."""
    for name in _LIBRARIES:
        logging.getLogger(name).addFilter(_hide)


def _hide(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(map(_hidden, record.args))
    record.msg = _hidden(record.msg)
    return True


def _hidden(part: object) -> object:
    return _IN_LOGS.sub(_without_value, part) if isinstance(part, str) else part


def _without_value(found: re.Match[str]) -> str:
    return f"{found[1] or found[2] or found[3]}…"
