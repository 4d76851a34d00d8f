"""Signatures, both ends: the client signs, the embedded exchange verifies.

Three kinds of keys: HMAC-SHA256 (hex), RSA PKCS#1 v1.5 with SHA-256 and Ed25519 (both base64).

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeAlias

KeyKind: TypeAlias = Literal["hmac", "rsa", "ed25519"]
KeyText: TypeAlias = str | bytes | os.PathLike[str]


class BadKey(ValueError):
    """A key that can't be used; the message says why and never holds the key."""


class Signer:
    """Signs payloads with one secret that it never shows.

    Made by hmac_signer or private_key_signer.  Its repr has the kind only; it can't be pickled.
    """

    __slots__ = ("_sign", "kind")

    def __init__(self, kind: KeyKind, sign: Callable[[bytes], str]) -> None:
        self.kind = kind
        self._sign = sign

    def sign(self, payload: str) -> str:
        """The signature of a payload: hex for HMAC, base64 otherwise (not percent-encoded)."""
        return self._sign(payload.encode())

    def __repr__(self) -> str:
        return f"<Signer {self.kind}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Signer holds a secret and can't be pickled; make one in each process")


def hmac_signer(secret: str | bytes) -> Signer:
    """A signer for an API secret.

    Raises:
        BadKey: The secret is empty.
    """
    raw = secret.encode() if isinstance(secret, str) else secret
    if not raw.strip():
        raise BadKey("the API secret is empty")
    keyed = hmac.new(raw, digestmod=hashlib.sha256)  # the key schedule, once

    def sign(payload: bytes) -> str:
        mac = keyed.copy()
        mac.update(payload)
        return mac.hexdigest()

    return Signer("hmac", sign)


def private_key_signer(
    private_key: KeyText, *, password: str | bytes | None = None, kind: KeyKind | None = None
) -> Signer:
    """A signer for an RSA or Ed25519 key in PEM.

    Args:
        private_key: The PEM text, or the path of a file that holds it.
        password: The pass phrase of an encrypted key.
        kind: What the key must be; whatever it is if not given.

    Raises:
        BadKey: No such file, not a PEM, wrong pass phrase, or a key of another kind.
    """
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    key = _load_private_key(_pem(private_key), password)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        ed_key = key
        signer = Signer("ed25519", lambda data: _base64(ed_key.sign(data)))
    elif isinstance(key, rsa.RSAPrivateKey):
        rsa_key = key
        signer = Signer(
            "rsa", lambda data: _base64(rsa_key.sign(data, padding.PKCS1v15(), SHA256()))
        )
    else:
        raise BadKey("the private key is neither RSA nor Ed25519, the kinds that Binance takes")
    if kind is not None and signer.kind != kind:
        raise BadKey(f"the private key is of the kind {signer.kind}, not {kind}")
    return signer


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _pem(source: KeyText) -> bytes:
    """The PEM itself: given as text or bytes, or read from the file that is named."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, str) and "-----BEGIN" in source:
        return source.encode()
    path = Path(source).expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        # A malformed key must not be repeated as if it were a path.
        raise BadKey(
            "the private key is neither PEM text (-----BEGIN …) nor a file that can be read"
            f" ({error.strerror or 'not a path'})"
        ) from None
    except ValueError:
        raise BadKey("the private key is neither PEM text (-----BEGIN …) nor a path") from None


def _load_private_key(pem: bytes, password: str | bytes | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    secret = password.encode() if isinstance(password, str) else password
    try:
        return load_pem_private_key(pem, password=secret or None)
    except TypeError:
        wanted = "is encrypted and needs its pass phrase" if not secret else "is not encrypted"
        raise BadKey(f"the private key {wanted} (private_key_pass)") from None
    except (ValueError, UnsupportedAlgorithm):
        if b"ENCRYPTED" in pem:
            raise BadKey(
                "the pass phrase of the private key is wrong, or its PEM is damaged"
            ) from None
        raise BadKey(
            "the private key is not a PEM that can be read (PKCS#8, RSA or Ed25519)"
        ) from None


def verify(kind: KeyKind, key: str | bytes, payload: str | bytes, signature: str) -> bool:
    """Whether a signature is that of the payload, in constant time.

    Args:
        key: The API secret for hmac, the public key in PEM otherwise.
        signature: Hex (any case) or base64, already percent-decoded.
    """
    data = payload.encode() if isinstance(payload, str) else payload
    if kind == "hmac":
        secret = key.encode() if isinstance(key, str) else key
        expected = hmac.new(secret, data, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.lower().encode())
    return _verify_public(kind, key.encode() if isinstance(key, str) else key, data, signature)


def _verify_public(kind: KeyKind, pem: bytes, data: bytes, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(pem)
    try:
        raw = base64.b64decode(signature, validate=True)
        if kind == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(raw, data)
        elif kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, data, padding.PKCS1v15(), SHA256())
        else:
            return False
    except (InvalidSignature, ValueError):  # ValueError: it is not base64
        return False
    return True
