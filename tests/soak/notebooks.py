"""Four notebooks that stay open: what the cells of each one run, in a kernel of its own."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.manager import KernelManager, start_new_kernel

TIMEOUT_S = 60

# What every notebook has: a lab on the running exchange, and what it says of itself.
COMMON = """
import gc, json, os, threading
from binance_lab import Lab
lab = Lab(url=os.environ["SOAK_URL"])

def tick():
    pass

def report():
    followed = [made for made in lab.live.objects if hasattr(made, "complete")]
    holes = [made.gaps for made in followed]
    return json.dumps({
        "objects": len(gc.get_objects()),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "messages": sum(getattr(made, "received", 0) for made in lab.live.objects),
        "states": sorted({made.state for made in lab.live.objects}),
        "holes": sum(len(each) for each in holes),
        "unfilled": sum(int((each["state"] != "backfilled").sum()) for each in holes),
        "unlisted": sum(unlisted(made) for made in followed),
        "errors": [view.last_error for view in views if view.errors],
        "clicks": clicks,
        "orders": sum(order.state == "filled" for order in lab.trading.orders),
    })

def unlisted(made):
    # Trade ids that are neither in the frame nor in a listed hole.
    if type(made).__name__ != "Tape":
        return 0
    ids = made.frame()["id"].to_numpy()
    missing = int(ids[-1] - ids[0] + 1 - len(ids)) if len(ids) else 0
    return max(0, missing - int(made.gaps["missing"].sum()))

views, clicks = [], 0
"""

DESK = """
desk = lab.desk("BTCUSDT")
display(desk)
views += [desk]
"""

TRADES = """
form, blotter = lab.order_form("BTCUSDT"), lab.blotter()
display(form, blotter)
form.confirm_box.value = False
views += [form, blotter]

def tick():
    # One click on Place: bought at the market, then sold again.
    global clicks
    form.fill(side=("BUY", "SELL")[clicks % 2], type="MARKET", quantity="0.01")
    form.place_button.click()
    clicks += 1
"""

WATCHES = """
views += [
    lab.chart("ETHUSDT", "1m"), lab.chart("SOLUSDT", "1m", engine="matplotlib"),
    lab.ladder("ETHUSDT"), lab.tape("ETHUSDT"),
    lab.watchlist(["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT"]), lab.status(),
]
display(*views)
"""

RECORDS = """
recorder = lab.record(
    ["btcusdt@trade", "btcusdt@depth@100ms", "ethusdt@trade", "ethusdt@depth@100ms"],
    os.environ["SOAK_FOLDER"],
)
tapes = [lab.live.trades(symbol) for symbol in ("BTCUSDT", "ETHUSDT", "BNBUSDT")]
"""

NOTEBOOKS = {"desk": DESK, "form": TRADES, "views": WATCHES, "recorder": RECORDS}


class Notebook:
    """An open notebook: a kernel that has run its cells, as with a page that shows it."""

    def __init__(self, name: str, cells: str, variables: dict[str, str]) -> None:
        self.name = name
        self.manager: KernelManager
        self.manager, self._client = start_new_kernel(startup_timeout=TIMEOUT_S, env=variables)
        for cell in (COMMON, cells):
            self.run(cell)

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return int(self.manager.provisioner.pid)

    def run(self, code: str) -> None:
        """Run a cell; an exception in it is one here."""
        answer = self._client.execute_interactive(
            code, timeout=TIMEOUT_S, output_hook=lambda message: None
        )
        _must_be_ok(answer["content"])

    def report(self) -> dict[str, Any]:
        """What the notebook says of itself."""
        asked = {"report": "report()"}
        answer = self._client.execute_interactive(
            "tick()", user_expressions=asked, timeout=TIMEOUT_S, output_hook=lambda message: None
        )
        _must_be_ok(answer["content"])
        said = answer["content"]["user_expressions"]["report"]
        _must_be_ok(said)
        found: dict[str, Any] = json.loads(eval(said["data"]["text/plain"]))
        return found

    def close(self) -> None:
        """Close the lab and end the kernel."""
        try:
            self.run("lab.close()")
        finally:
            self._client.stop_channels()
            self.manager.shutdown_kernel(now=True)


def _must_be_ok(content: dict[str, Any]) -> None:
    assert content["status"] == "ok", "\n".join(content.get("traceback", [str(content)]))
