"""Signatures: made, verified, and keys that can't be used."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import dsa, ed25519, rsa

from binance_lab.wire.encoding import query, signing_payload
from binance_lab.wire.signing import BadKey, hmac_signer, private_key_signer, verify

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "vectors.json").read_text())
ED25519 = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
DSA = dsa.generate_private_key(1024)


def pem(key, password: bytes | None = None) -> bytes:
    cipher = forms.BestAvailableEncryption(password) if password else forms.NoEncryption()
    return key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, cipher)


def public(key) -> bytes:
    return key.public_key().public_bytes(
        forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_published_vectors(vector):
    """The signatures are those that Binance publishes."""
    assert hmac_signer(vector["secret"]).sign(vector["payload"]) == vector["signature"]
    assert verify("hmac", vector["secret"], vector["payload"], vector["signature"].upper())


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if "params" in v], ids=lambda vector: vector["id"]
)
def test_published_payloads(vector):
    """REST payloads are percent-encoded in order, those of the WebSocket API raw and sorted."""
    params = dict(vector["params"])
    build = query if vector["api"] == "rest" else signing_payload
    assert build(params) == vector["payload"]


@pytest.mark.parametrize(("key", "kind"), [(ED25519, "ed25519"), (RSA, "rsa")])
def test_private_key_signs_what_its_public_key_verifies(key, kind):
    """RSA and Ed25519 signatures are base64 that the public key verifies."""
    signer = private_key_signer(pem(key))
    signature = signer.sign("symbol=１２")
    assert signer.kind == kind
    assert base64.b64decode(signature, validate=True)
    assert verify(kind, public(key), "symbol=１２", signature)
    assert not verify(kind, public(key), "symbol=12", signature)


@pytest.mark.parametrize("password", [None, b"open sesame"])
@pytest.mark.parametrize("form", ["bytes", "text", "file", "path"])
def test_key_may_be_text_bytes_or_a_file(tmp_path, password, form):
    """A PEM is given as it is, or by its file; encrypted with its pass phrase."""
    file = tmp_path / "key.pem"
    file.write_bytes(pem(ED25519, password))
    source = {
        "bytes": file.read_bytes(),
        "text": file.read_text(),
        "file": str(file),
        "path": file,
    }[form]
    signer = private_key_signer(source, password=password)
    assert verify("ed25519", public(ED25519), "a=1", signer.sign("a=1"))


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", {}, "not a PEM"),
        (b"hello", {}, "not a PEM"),
        ("no/such/file.pem", {}, "neither PEM text"),
        ("secret\0secret", {}, "neither PEM text"),
        (pem(ED25519, b"right"), {"password": "wrong"}, "pass phrase .* wrong"),
        (pem(ED25519, b"right"), {}, "needs its pass phrase"),
        (pem(ED25519), {"password": "any"}, "not encrypted"),
        (pem(ED25519), {"kind": "rsa"}, "ed25519, not rsa"),
        (pem(RSA), {"kind": "ed25519"}, "rsa, not ed25519"),
        (pem(DSA), {}, "neither RSA nor Ed25519"),
    ],
)
def test_key_that_cannot_be_used_is_refused(key, options, message):
    """A malformed key, a wrong pass phrase or another kind raise BadKey, which never shows it."""
    with pytest.raises(BadKey, match=message) as caught:
        private_key_signer(key, **options)
    assert "secret" not in str(caught.value)
    assert "AAAA" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "  ", b""])
def test_empty_secret_is_refused(secret):
    """An empty API secret signs nothing."""
    with pytest.raises(BadKey, match="empty"):
        hmac_signer(secret)


def test_signer_never_shows_its_secret():
    """A signer's repr has its kind only, and it can be neither pickled nor copied."""
    signer = hmac_signer("hush")
    assert repr(signer) == "<Signer hmac>"
    for attempt in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="secret"):
            attempt(signer)


@pytest.mark.parametrize("signature", ["", "zz", "AAAA", "not base64!", "ä"])
@pytest.mark.parametrize("kind", ["hmac", "ed25519", "rsa"])
def test_wrong_signature_is_not_verified(kind, signature):
    """Garbage is a wrong signature and no error."""
    key = {"hmac": b"hush", "ed25519": public(ED25519), "rsa": public(RSA)}[kind]
    assert not verify(kind, key, "a=1", signature)


def test_key_of_another_kind_does_not_verify():
    """A signature is of the kind it is said to be."""
    assert not verify("rsa", public(ED25519), "a=1", "AAAA")
