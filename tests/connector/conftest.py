"""Fixtures of the connector's tests."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from .api_server import ApiServer
from .servers import serving
from .web import Answer, Asked, WebServer


@pytest.fixture
def serve() -> Iterator[Callable[..., WebServer]]:
    """Starts web servers that answer as told, and stops them in the end."""
    servers: list[WebServer] = []

    def start(answer: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None) -> WebServer:
        servers.append(WebServer(answer, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """A WebSocket API server whose answers the test decides."""
    answers = ApiServer()
    with serving(on_message=answers) as answers.server:
        yield answers


@pytest.fixture(scope="session")
def ed25519() -> tuple[str, bytes]:
    """A private key in PEM, and its public one."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
