"""A throw-away JupyterLab, or Notebook 7, on a free loopback port, with a folder of its own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60

SETTINGS = {
    # All outputs stay in the page, no dialogs, nothing fetched, nothing saved by itself.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/extensionmanager-extension/plugin": {"enabled": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


class JupyterServer:
    """JupyterLab that serves `root`; kernels run this Python and find the package and the tests.

    Args:
        application: What Python runs: ``jupyterlab``, or ``notebook`` for Notebook 7.
    """

    def __init__(self, folder: Path, *, application: str = "jupyterlab") -> None:
        self.application = application
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self.port = _free_port()
        self._log = (folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            self._command(),
            env=self._environment(),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that `close` ends its kernels too
        )
        self._wait_until_up()

    def url(self, path: str) -> str:
        """An address of this server, with the token."""
        mark = "&" if "?" in path else "?"
        return f"http://127.0.0.1:{self.port}/{path}{mark}token={self.token}"

    def notebook_url(self, name: str) -> str:
        """Where a notebook in `root` is opened, alone on its page."""
        alone = self.application == "notebook"
        return self.url(f"notebooks/{name}" if alone else f"doc/tree/{name}?reset")

    def api(self, path: str, method: str = "GET") -> Any:
        """The answer of Jupyter's REST API."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.url(f"api/{path}"), method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read() or b"null")

    def end_sessions(self) -> None:
        """End all kernels."""
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", method="DELETE")

    def close(self) -> None:
        """End the server and whatever it started."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
        self._log.close()

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", self.application, "--no-browser", "--allow-root"),
            *("--expose-app-in-browser", f"--ServerApp.root_dir={self.root}"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}"),
            *("--ServerApp.port_retries=0", "--LabApp.news_url=None"),
        ]

    def _environment(self) -> dict[str, str]:
        settings = self.folder / "settings"
        for name, values in SETTINGS.items():
            path = settings / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        return {
            **os.environ,
            **{name: str(self.folder / path) for name, path in own.items()},
            "JUPYTER_TOKEN": self.token,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
            "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""),
        }

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.api("status")
                return
            except OSError:
                time.sleep(0.1)
        log = (self.folder / "server.log").read_text(errors="replace")[-3000:]
        self.close()
        raise RuntimeError(f"{self.application} did not start:\n{log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
