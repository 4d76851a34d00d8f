"""``python -m binance_lab``: the same as the command ``binance-lab``."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
