"""Pipfile.lock: made of the Pipfile that stands beside it, and naming nobody's index."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.conftest import CHECKOUT


def test_the_lock_is_that_of_the_pipfile() -> None:
    command = [sys.executable, "-m", "pipenv", "verify"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "Pipfile has changed since it was locked; ./psc lock\n" + done.stdout + done.stderr


def test_the_lock_names_no_index_and_our_distributions_by_their_folders() -> None:
    lock = json.loads((CHECKOUT / "Pipfile.lock").read_text())
    assert lock["_meta"]["sources"] == []
    own = {name: entry["path"] for name, entry in lock["default"].items() if "path" in entry}
    assert own == {"cdktf-fast-synthesis": "./fast_synthesis", "cloudrun-psc": "./constructs"}
    assert all((CHECKOUT / folder / "pyproject.toml").is_file() for folder in own.values())
