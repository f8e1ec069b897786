"""`./psc lock`: new Pipfile.lock and package-lock.json (of each CDK's CLI), without the address of anybody's index."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from commands.cdk import CDKS
from commands.command import Command
from commands.console import show
from commands.environment import CHECKOUT, Environment


def run(args: Namespace, environment: Environment) -> int:
    """Lock aside; the files are replaced only when all could be made."""
    with tempfile.TemporaryDirectory(prefix="psc-") as folder:
        aside = Path(folder)
        shutil.copyfile(CHECKOUT / "Pipfile", aside / "Pipfile")
        for cdk in CDKS.values():
            (aside / cdk.name).mkdir()
            shutil.copyfile(cdk.cli_folder / "package.json", aside / cdk.name / "package.json")
        for name in ("constructs", "fast_synthesis"):
            shutil.copytree(CHECKOUT / name, aside / name, ignore=shutil.ignore_patterns("__pycache__"))
        print("Locking the Python packages (about a minute) …", file=sys.stderr, flush=True)
        pipenv = [str(environment.python), "-m", "pipenv", "lock"]
        own = {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_IGNORE_VIRTUALENVS": "1", "PIPENV_NOSPIN": "1", "PIPENV_YES": "1"}
        npm = [*environment.npm, "install", "--package-lock-only", "--ignore-scripts", "--no-audit"]
        for command, place, more in ((pipenv, aside, own), *((npm, aside / name, {}) for name in CDKS)):
            done = subprocess.run(
                command, cwd=place, env=environment.variables() | more, capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                show((done.stdout + done.stderr).strip().split("\n"), errors=True)
                print("psc: locking failed; nothing was changed", file=sys.stderr)
                return 1
        pip_lock = without_index(json.loads((aside / "Pipfile.lock").read_text()))
        npm_locks = {
            cdk: without_resolved(json.loads((aside / cdk.name / "package-lock.json").read_text()))
            for cdk in CDKS.values()
        }
    (CHECKOUT / "Pipfile.lock").write_text(json.dumps(pip_lock, indent=4, sort_keys=True) + "\n")
    for cdk, npm_lock in npm_locks.items():
        (cdk.cli_folder / "package-lock.json").write_text(json.dumps(npm_lock, indent=2) + "\n")
    print("Pipfile.lock and each package-lock.json are up to date; run `./psc test` to try them")
    return 0


def without_index(lock: dict[str, Any]) -> dict[str, Any]:
    """A lock that names no index: every machine's own applies. The hashes hold wherever a package comes from."""
    lock["_meta"]["sources"] = []
    for group in (value for key, value in lock.items() if key != "_meta"):
        for entry in group.values():
            entry.pop("index", None)
    return lock


def without_resolved(lock: dict[str, Any]) -> dict[str, Any]:
    """Likewise for npm; `integrity` stays."""
    for package in lock["packages"].values():
        package.pop("resolved", None)
    return lock


COMMAND = Command(
    name="lock",
    summary="relock the Python and Node packages",
    details="Resolves Pipfile and package.json anew, for which it needs the network. The lock files name no index.",
    examples=("./psc lock",),
    run=run,
    chooses=False,
)
