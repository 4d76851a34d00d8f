"""Who is calling: API keys, the timestamp's window and the signature.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from binance_lab.exchange.rejects import Reject
from binance_lab.wire import errors
from binance_lab.wire.signing import KeyKind, verify
from binance_lab.wire.times import as_us

_ALPHABET = string.ascii_letters + string.digits
_key_format = re.compile(r"[A-Za-z0-9]{64}")
_recv_window = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,3})?")
_RECV_WINDOW_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,3})?$"
# RFC 3986 has these encoded in a query; '@' is legal there, yet Binance wants %40 signed.
_unencoded = re.compile(r"""[^A-Za-z0-9\-._~*!'(),:;/?$+%=&]""")

DEFAULT_RECV_WINDOW_MS = Decimal(5000)
MAX_RECV_WINDOW_MS = 60_000
AHEAD_LIMIT_US = 1_000_000

READ, TRADE = "READ", "TRADE"


def random_key() -> str:
    """64 random letters and digits, the form of Binance's keys and secrets."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(64))


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key of an account: the secret (HMAC) or the public key (PEM) that verifies its signatures."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    account_id: int
    kind: KeyKind = "hmac"
    permissions: frozenset[str] = frozenset((READ, TRADE))

    def allows(self, security: str) -> bool:
        """Whether the key may do what an endpoint's security type asks for."""
        return (TRADE if security == "TRADE" else READ) in self.permissions


class KeyRing:
    """Every API key that the exchange knows."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._keys.values())

    def add(
        self,
        account_id: int,
        *,
        key: str | None = None,
        secret: str | None = None,
        kind: KeyKind = "hmac",
        permissions: Collection[str] = (READ, TRADE),
    ) -> ApiKey:
        """A new key; what is not given is random. For RSA and Ed25519 ``secret`` is the public PEM."""
        made = ApiKey(
            key or random_key(), secret or random_key(), account_id, kind, frozenset(permissions)
        )
        self._keys[made.key] = made
        return made

    def add_public(
        self, account_id: int, pem: str, *, permissions: Collection[str] = (READ, TRADE)
    ) -> ApiKey:
        """A new key whose signatures an RSA or Ed25519 public key verifies.

        Raises:
            ValueError: It is no such key in PEM.
        """
        from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        public = load_pem_public_key(pem.encode())
        kind: KeyKind
        if isinstance(public, ed25519.Ed25519PublicKey):
            kind = "ed25519"
        elif isinstance(public, rsa.RSAPublicKey):
            kind = "rsa"
        else:
            raise ValueError("A public key is RSA or Ed25519, in PEM.")
        return self.add(account_id, secret=pem, kind=kind, permissions=permissions)

    def revoke(self, key: str) -> bool:
        """Forget a key; whether there was such a key."""
        return self._keys.pop(key, None) is not None

    def find(self, key: str | None) -> ApiKey:
        """The key of this text.

        Raises:
            Reject: -2014 for what can't be a key, -2015 for one that nobody has.
        """
        found = self._keys.get(key or "")
        if found is not None:
            return found
        if key is None or not _key_format.fullmatch(key):
            raise Reject(*errors.BAD_API_KEY_FORMAT)
        raise Reject(*errors.REJECTED_API_KEY)


def check_time(timestamp: int, recv_window: str | None, now_us: int) -> None:
    """Refuse a request that is too old, or from the future.

    Args:
        timestamp: Milliseconds or microseconds.
        recv_window: Milliseconds, up to three decimals.

    Raises:
        Reject: -1021, or -1100 and -1102 for a window that is none.
    """
    window_us = recv_window_us(recv_window)
    sent_us = as_us(timestamp)
    if sent_us >= now_us + AHEAD_LIMIT_US:
        raise Reject(*errors.AHEAD_OF_SERVER)
    if now_us - sent_us > window_us:
        raise Reject(*errors.OUTSIDE_RECV_WINDOW)


def recv_window_us(text: str | None) -> int:
    """The window that ``recvWindow`` asks for.

    Raises:
        Reject: It is no number, or above 60000.
    """
    if text is None:
        return int(DEFAULT_RECV_WINDOW_MS * 1000)
    if not _recv_window.fullmatch(text):
        raise Reject(*errors.ILLEGAL_CHARACTERS.fill("recvWindow", _RECV_WINDOW_RANGE))
    window = Decimal(text)
    if window > MAX_RECV_WINDOW_MS:
        raise Reject(*errors.VALUE_TOO_GREAT.fill("recvWindow", MAX_RECV_WINDOW_MS))
    return int(window * 1000)


def check_signature(key: ApiKey, payload: str, signature: str, *, encoded: bool) -> None:
    """Refuse a signature that is not this payload's.

    Args:
        payload: What was signed: on REST exactly the bytes sent, on the WebSocket API the sorted text.
        encoded: The payload must be percent-encoded, as REST wants it since 2026-01-15.

    Raises:
        Reject: -1022.
    """
    if encoded and _unencoded.search(payload):
        raise Reject(*errors.INVALID_SIGNATURE)
    if not verify(key.kind, key.secret, payload, signature):
        raise Reject(*errors.INVALID_SIGNATURE)
