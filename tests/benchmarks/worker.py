"""One contestant's turn: ``python worker.py AREA CONTESTANT SETUP`` prints its samples as JSON."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

from contest import Area, Setup

HERE = Path(__file__).parent


def main(area_name: str, contestant_name: str, setup: str) -> None:
    """Run it, print one line, and leave without waiting for anybody's threads."""
    area: Area = importlib.import_module(f"areas.{area_name}").AREA
    found = next(each for each in area.contestants if each.name == contestant_name)
    samples = found.run(Setup(**json.loads(setup)))
    print(json.dumps(samples), flush=True)
    os._exit(0)  # some peers' threads don't end


if __name__ == "__main__":
    main(*sys.argv[1:])
