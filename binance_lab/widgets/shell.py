"""Which of Jupyter's shells a widget's page talks to.

ipykernel 7 sends what a page says of a widget to the shell of the request that the widget's last
message answers. A thread of ours answers the newest request, whosever it is: that of a page that has
gone, perhaps, and its subshell with it. Then nobody would hear the next page. So a thread that
draws widgets answers in the main shell, which is always there.
https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-subshells
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from IPython.core.getipython import get_ipython


@contextmanager
def main_shell() -> Iterator[None]:
    """What this thread sends meanwhile answers the newest request, as one of the main shell."""
    kernel = getattr(get_ipython(), "kernel", None)
    variable = getattr(kernel, "_shell_parent", None)  # there is no public way to it
    if kernel is None or not isinstance(variable, ContextVar):
        yield
        return
    request = kernel.get_parent("shell")
    if header := request.get("header"):
        request = {**request, "header": {**header, "subshell_id": None}}
    token = variable.set(request)
    try:
        yield
    finally:
        variable.reset(token)
