"""What a notebook shows: views of live objects, each an ipywidget that follows by itself."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .balances import Balances as Balances
    from .blotter import Blotter as Blotter
    from .chart import CandleChart as CandleChart
    from .depth_chart import DepthChart as DepthChart
    from .depth_ladder import DepthLadder as DepthLadder
    from .desk import Desk as Desk
    from .order_form import OrderForm as OrderForm
    from .status import StatusView as StatusView
    from .tape import TapeView as TapeView
    from .view import View as View
    from .watchlist import Watchlist as Watchlist

_HOMES = {
    "CandleChart": "chart",
    "DepthLadder": "depth_ladder",
    "DepthChart": "depth_chart",
    "TapeView": "tape",
    "Watchlist": "watchlist",
    "Balances": "balances",
    "StatusView": "status",
    "OrderForm": "order_form",
    "Blotter": "blotter",
    "Desk": "desk",
    "View": "view",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
