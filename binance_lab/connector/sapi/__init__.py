"""The /sapi calls, a group for each product.

GROUPS says where each group is: the attribute of the client, and module:Class in this folder.  A
module is loaded when its group is first used.
"""

from __future__ import annotations

GROUPS: dict[str, str] = {
    "margin": "margin:Margin",
    "user_stream": "user_stream:UserStream",
    "wallet": "wallet:Wallet",
}
HIDDEN = frozenset(("user_stream",))
"""Groups of retired calls: found by name, but not shown."""
