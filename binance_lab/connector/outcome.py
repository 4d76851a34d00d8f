"""What a failed call means, over either transport: whether it took effect, and what to raise."""

from __future__ import annotations

from collections.abc import Mapping

from .endpoint import Endpoint
from .exceptions import ApiError, OutcomeUnknown, RequestError
from .hiding import HIDDEN, shown

_UNKNOWN_CODES = (-1006, -1007)


def may_have_happened(error: RequestError | ApiError) -> bool:
    """Whether a call that changes state may have taken effect although it failed.

    A 5xx status says nothing about it, whatever its code.
    """
    if isinstance(error, RequestError):
        return error.sent
    return error.code in _UNKNOWN_CODES or error.status >= 500


def outcome_unknown(
    endpoint: Endpoint,
    params: Mapping[str, str],
    error: RequestError | ApiError,
    *,
    asked: str,
    sent_at_s: float,
) -> OutcomeUnknown:
    """What is raised for such a call.

    Args:
        params: As they were sent.
        asked: What was asked for, as the transport writes it.
        sent_at_s: When, seconds since 1970.
    """
    ids = (endpoint.order_id, "origClientOrderId", "newClientOrderId", "withdrawOrderId")
    return OutcomeUnknown(
        f"{asked} was sent, but whether it took effect is unknown: {error} Don't send it"
        " again; client.resolve(error) finds out.",
        method=endpoint.method,
        path=endpoint.path,
        params={name: value for name, value in params.items() if name not in HIDDEN},
        request=shown(asked, params),
        client_order_id=next((params[each] for each in ids if each and each in params), None),
        sent_at_s=sent_at_s,
    )


def told(
    error: RequestError | ApiError, *, asked: str, request: str, tries: int
) -> RequestError | ApiError:
    """The error as the caller sees it: it says what was asked, and how often."""
    if isinstance(error, RequestError) and not error.request:
        error.request = request
        often = f" (tried {tries} times)" if tries > 1 else ""
        error.args = (f"{asked}: {error}{often}.",)
    return error
