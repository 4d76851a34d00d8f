"""The line that installs an extra, where the package came by its name, and where from a folder."""

from __future__ import annotations

import importlib.metadata
import json

import pytest

from binance_lab.wire.extras import pip_line

FOLDER = {"url": "file:///srv/my%20lab", "dir_info": {"editable": True}}
SHARED = {"url": "file://server/my%20lab", "dir_info": {"editable": True}}
WHEEL = {"url": "file:///tmp/binance_lab.whl", "archive_info": {}}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a package of this name as pip does, with what it says of where it came from."""

    def install(origin):
        about = tmp_path / "binance_lab-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: binance-lab\nVersion: 1.0\n")
        if origin is not None:
            (about / "direct_url.json").write_text(json.dumps(origin))
        monkeypatch.setattr("sys.path", [str(tmp_path)])
        assert importlib.metadata.version("binance-lab") == "1.0"

    return install


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, 'pip install "binance-lab[dask]"'),
        (WHEEL, 'pip install "binance-lab[dask]"'),
        (FOLDER, 'pip install -e "/srv/my lab[dask]"'),
        (SHARED, 'pip install -e "//server/my lab[dask]"'),
    ],
)
def test_an_extra_is_installed_from_where_the_package_came(installed, origin, line):
    """A package that was installed from its sources isn't looked for under its name elsewhere."""
    installed(origin)
    assert pip_line("dask") == line


def test_without_an_installation_the_name_is_what_there_is(tmp_path, monkeypatch):
    """Run from a folder, by PYTHONPATH."""
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert pip_line("lab") == 'pip install "binance-lab[lab]"'
