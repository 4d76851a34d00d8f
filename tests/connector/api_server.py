"""A WebSocket API server whose answers a test decides."""

from __future__ import annotations

import time
from typing import Any

from .servers import Peer, Server

LIMITS = [
    {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": 6000,
        "count": 70,
    }
]


class ApiServer:
    """Answers WebSocket API requests; ``answers`` has a function or a result for each method."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {"time": lambda peer, request: {"serverTime": now_ms()}}
        self.server: Server

    def __call__(self, peer: Peer, request: dict[str, Any]) -> None:
        self.asked.append((request["method"], request.get("params", {})))
        answer = self.answers.get(request["method"], {})
        if callable(answer):
            answer = answer(peer, request)
        if answer is None:
            return
        whole = answer if "status" in answer else {"status": 200, "result": answer}
        peer.send({"id": request["id"], **whole, "rateLimits": LIMITS})

    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]


def now_ms() -> int:
    return int(time.time() * 1000)


def refusal(status: int, code: int, msg: str, **data: Any) -> dict[str, Any]:
    error = {"code": code, "msg": msg} | ({"data": data} if data else {})
    return {"status": status, "error": error}
