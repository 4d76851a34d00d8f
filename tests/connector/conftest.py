"""Fixtures of the connector's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .web import Answer, Asked, WebServer


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Asked], Answer]], WebServer]]:
    """Starts web servers that answer as told, and stops them in the end."""
    servers: list[WebServer] = []

    def start(answer: Callable[[Asked], Answer]) -> WebServer:
        servers.append(WebServer(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
