"""The command `binance-lab desk`: a page of its own, that leaves nothing behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from playwright.sync_api import expect

import binance_lab

from .notebook_page import PICTURES, Browsing


class Running(NamedTuple):
    """The command that runs, and its page's address."""

    process: subprocess.Popen[str]
    url: str

    def kernels(self) -> set[int]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return {child.pid for child in children if "ipykernel" in " ".join(child.cmdline())}


@pytest.fixture
def desk(tmp_path) -> Iterator[Running]:
    command = [sys.executable, "-m", "binance_lab", "desk", "ETHUSDT", "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(3)]
        found = re.search(r"Desk: +(http://127\.0\.0\.1:\d+/\?token=\S+)", "".join(printed))
        try:
            assert found, printed
            yield Running(process, found[1])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def test_the_desk_is_a_page_of_its_own(desk: Running, browsing: Browsing):
    """The page has all views, no code and nothing from outside; its kernel ends with it."""
    browsing.outside.clear()
    page = browsing.new_page()
    page.goto(desk.url)
    expect(page.locator(".bl-view[data-close]")).to_be_visible()
    expect(page).to_have_title("ETHUSDT · local")
    expect(page.locator("body")).to_contain_text("Balances")
    expect(page.locator(".jp-InputArea:visible")).to_have_count(0)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "desk-page.png")
    (first,) = desk.kernels()
    page.reload()
    expect(page.locator(".bl-view[data-close]")).to_be_visible()
    gone, alive = psutil.wait_procs([psutil.Process(pid) for pid in desk.kernels() & {first}], 15)
    assert alive == [], gone
    page.close()
    assert browsing.outside == []
    left = psutil.Process(desk.process.pid).children(recursive=True)
    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(20) == 0
    assert desk.process.stderr is not None
    said = desk.process.stderr.read()
    assert said.endswith("\nThe desk is stopped.\n")
    # The page's server may say that a page or a kernel closed while it wrote to it; nothing is ours.
    assert str(Path(binance_lab.__file__).parent) not in said
    assert psutil.wait_procs(left, 10)[1] == []


@pytest.mark.parametrize("option", ["--env", "--environment"])
def test_the_environment_is_named_as_in_other_verbs(option: str):
    """`--env` as for download and record; the former name still works, and is not in the help."""
    command = [sys.executable, "-m", "binance_lab", "desk"]
    wrong = subprocess.run([*command, option, "nowhere"], capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "invalid choice: 'nowhere'" in wrong.stderr
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True).stdout
    assert "--env {local,testnet,live}" in shown
    assert "--environment" not in shown
