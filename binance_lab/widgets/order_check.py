"""OrderCheck: what is typed, checked while it is typed and as the market moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from binance_lab.trading.check import Finding
from binance_lab.trading.desk import Trading
from binance_lab.trading.estimate import Estimate, cost, estimate
from binance_lab.trading.lists import ListKind, ListTicket
from binance_lab.trading.nearest import explain
from binance_lab.trading.rules import Rules, Scene
from binance_lab.trading.ticket import BadTicket, Ticket
from binance_lab.wire.encoding import decimal_text

from .order_draft import Draft
from .worker import in_words

EVERY_S = 0.5
"""How often what is typed is checked against the book as it is then."""

IDLE_S = 30.0
"""While nobody types and no order changes, balances and averages are asked for this seldom."""

RETRY_S = 3.0
"""How soon a check that failed is tried again."""

_PENDING = frozenset({"BALANCE", "WOULD_TRIGGER", "WOULD_MATCH"})  # rules of orders that work now


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about a draft: findings by leg, in words what would become of it, prices.

    ``problem`` says why it could not be checked; then nothing else is known.
    """

    findings: Mapping[str, list[Finding]] = field(default_factory=dict)
    problem: str = ""
    estimate: str = ""
    bid: Decimal | None = None
    ask: Decimal | None = None


class OrderCheck:
    """Checks the newest draft of a form against everything that is known now.

    Threads: ``anew`` and ``again`` ask the exchange, so a worker calls them; the rest is anybody's.

    Args:
        changed: Called when something else was found than before.
    """

    def __init__(self, trading: Trading, rules: Rules, changed: Callable[[], None]) -> None:
        self._trading = trading
        self._rules = rules
        self._changed = changed
        self._lock = threading.Lock()  # guards all that follows
        self._draft = Draft()
        self._checked = Checked()
        self._scene: Scene | None = None
        self._version = -1
        self._asked_at = self._due_at = float("-inf")

    @property
    def draft(self) -> Draft:
        """What is typed now."""
        with self._lock:
            return self._draft

    def keep(self, draft: Draft) -> None:
        """Check this from now on."""
        with self._lock:
            self._draft = draft

    @property
    def checked(self) -> Checked:
        """What was last found out."""
        with self._lock:
            return self._checked

    @property
    def scene(self) -> Scene | None:
        """What it was checked against; None while that isn't known."""
        with self._lock:
            return self._scene

    @property
    def due(self) -> bool:
        """Whether it is time to check again."""
        with self._lock:
            return time.monotonic() >= self._due_at

    def anew(self) -> None:
        """Check against everything, asked for now."""
        self._check(fresh=True)

    def again(self) -> None:
        """Check against the book as it is now, and what was asked for a while ago."""
        self._check(fresh=False)

    def _check(self, *, fresh: bool) -> None:
        try:
            scene = self._scene_now(fresh)
            self._found(self._look(self.draft, scene), scene, EVERY_S)
        except Exception as error:  # prices of before would be taken for those of now
            self._found(Checked(problem=f"Not checked. {in_words(error)}"), None, RETRY_S)

    def _scene_now(self, fresh: bool) -> Scene:
        version, now = self._trading.version, time.monotonic()
        with self._lock:
            scene = self._scene
            old = version != self._version or now - self._asked_at > IDLE_S
        if scene is not None and not fresh and not old:
            bids, asks = self._trading.surroundings.levels(self._rules.symbol)
            return replace(scene, bids=bids, asks=asks)
        scene = self._trading.scene(self._rules.symbol)
        with self._lock:
            self._version, self._asked_at = version, now
        return scene

    def _found(self, checked: Checked, scene: Scene | None, next_s: float) -> None:
        with self._lock:
            changed = checked != self._checked
            self._checked, self._scene = checked, scene
            self._due_at = time.monotonic() + next_s
        if changed:
            self._changed()

    def _look(self, draft: Draft, scene: Scene) -> Checked:
        checked = Checked(bid=scene.best_bid, ask=scene.best_ask)
        if not draft.begun:
            return checked
        try:
            ticket = draft.ticket(self._rules, at=scene.mid)
        except BadTicket as error:
            leg, _, name = error.field.rpartition(".")
            found = Finding("NUMBER", name, str(error))
            return replace(checked, findings={leg or draft.legs[0]: [found]})
        rate = self._trading.surroundings.taker_rate(self._rules.symbol)
        single = ticket if isinstance(ticket, Ticket) else next(iter(ticket.legs.values()))
        findings = findings_of(ticket, scene)
        # what would be refused neither rests nor fills; only that it costs too much takes nothing back
        refused = {found.filter for each in findings.values() for found in each} - {"BALANCE"}
        text = "" if refused else estimate_text(single, scene, rate)
        return replace(checked, findings=findings, estimate=text)


def findings_of(ticket: Ticket | ListTicket, scene: Scene) -> dict[str, list[Finding]]:
    """Findings by leg; legs that come later aren't held against what is free or traded now."""
    if isinstance(ticket, Ticket):
        return {"order": explain(ticket, scene)}
    later = {"pending", "above", "below"} if ticket.kind is not ListKind.OCO else set()
    return {
        name: [
            found
            for found in explain(leg, scene)
            if not (name in later and found.filter in _PENDING)
        ]
        for name, leg in ticket.legs.items()
    }


def estimate_text(ticket: Ticket, scene: Scene, rate: Decimal) -> str:
    """What would fill, at what price, for what fee, and what remains of the balance."""
    found = estimate(ticket, scene, taker_rate=rate)
    parts = [_fill_text(found, scene.rules)]
    spent, asset = cost(ticket, scene), scene.rules.pays_with(ticket.side)
    if spent is not None:
        parts.append(f"Uses {short(spent)} {asset}")
        if scene.free is not None:
            left = scene.free.get(asset, Decimal(0)) - spent
            parts[-1] += f", leaves {short(left)} {asset}" if left >= 0 else ""
    return " ".join(f"{part}." for part in parts if part)


def _fill_text(found: Estimate, rules: Rules) -> str:
    if found.average_price is None:
        return "Rests on the book: nothing would fill now"
    text = f"Fills {short(found.quantity)} {rules.base} at about {short(found.average_price)}"
    if found.slippage_bps is not None:
        text += f", {found.slippage_bps:.1f} bp from the middle"
    if found.fee:
        text += f", fee {short(found.fee)} {found.fee_asset}"
    if found.resting:
        text += f"; {short(found.resting)} {rules.base} would be left"
    return text


def short(value: Decimal) -> str:
    """A number with at most 8 decimals, no zeros at its end."""
    return decimal_text(round(value, 8).normalize())
