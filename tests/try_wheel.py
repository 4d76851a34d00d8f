"""Build the wheel, install it in empty environments and run its demo there, as a new user would.

    python tests/try_wheel.py python3.11 python3.12 python3.13            newest versions
    python tests/try_wheel.py --lowest python3.11                         those that pyproject.toml names
    python tests/try_wheel.py --extras lab,history,keyring,dask python3.12

Only wheels are installed, so no compiler is needed. Exit code 1 if one of them fails.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def build(folder: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution, built into a folder without the internet."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


def lower_bounds(extras: list[str]) -> list[str]:
    """The lowest version of each dependency that pyproject.toml allows, as constraints."""
    named = [
        *PROJECT["dependencies"],
        *(d for e in extras for d in PROJECT["optional-dependencies"][e]),
    ]
    return [re.sub(r"\[.*?\]", "", name).replace(">=", "==") for name in named]


def try_out(wheel: Path, python: str, extras: list[str], *, lowest: bool) -> None:
    """Install the wheel for one Python, import it, run its demo.

    Raises:
        subprocess.CalledProcessError: One of these failed; its output is on the screen.
    """
    with tempfile.TemporaryDirectory(prefix="binance-lab-") as name:
        folder = Path(name)
        subprocess.run([python, "-m", "venv", folder / "env"], check=True)
        scripts = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        constraints = folder / "constraints.txt"
        constraints.write_text("\n".join(lower_bounds(extras) if lowest else []))
        wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
        pip = [scripts / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        options = ["--only-binary", ":all:", "--constraint", constraints]
        subprocess.run([*pip, *options, wanted], check=True)
        show = "from importlib.metadata import version as v; print(v('pandas'), v('msgspec'), v('aiohttp'))"
        for command in (
            [
                scripts / "python",
                "-c",
                f"import platform; print(platform.python_version()); {show}",
            ],
            [scripts / "binance-lab", "doctor", "--offline"][: 3 if "lab" in extras else 0],
            [scripts / "binance-lab", "demo", "--seconds", "3"],
        ):
            if command:
                subprocess.run(command, check=True, cwd=folder)


def main() -> int:
    """Try every Python that was asked for; 1 if one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pythons", nargs="*", default=[sys.executable], help="interpreters")
    parser.add_argument("--lowest", action="store_true", help="the lowest versions allowed")
    parser.add_argument("--extras", default="", help="such as lab,history")
    args = parser.parse_args()
    extras = [extra for extra in args.extras.split(",") if extra]
    failed = []
    with tempfile.TemporaryDirectory(prefix="binance-lab-dist-") as folder:
        wheel, _ = build(Path(folder))
        for python in args.pythons:
            print(f"== {wheel.name} on {python}", flush=True)
            try:
                try_out(wheel, python, extras, lowest=args.lowest)
            except (subprocess.CalledProcessError, OSError) as error:
                print(f"failed: {error}", file=sys.stderr)
                failed.append(python)
    print(f"failed: {', '.join(failed)}" if failed else "All of them ran the demo.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
