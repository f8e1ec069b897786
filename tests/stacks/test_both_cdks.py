"""cdktf and its maintained fork write the same files, so that a live deployment can change over."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from commands.cdk import CDKS
from commands.environment import HOME, Environment
from tests.conftest import CHECKOUT
from tests.stacks.inventory import CONFIGURATIONS, HERE

PROGRAM = CHECKOUT / "tests" / "fast_synthesis" / "programs" / "configurations.py"
FILES = [str(HERE / "configurations" / f"{name}.yaml") for name in CONFIGURATIONS]


def synthesized(cdk: str, folder: Path) -> dict[str, str]:
    """What one CDK writes for all configurations, by path."""
    environment = Environment(HOME / f"{CDKS[cdk].prefix}env", CDKS[cdk])
    if not environment.python.exists():
        pytest.skip(f"skipped: the environment of {cdk} is not set up here; ./psc test sets it up")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PSC_")}
    variables |= {"PSC_CDK": cdk, "JSII_NODE": str(environment.node), "CHECKOUT": str(CHECKOUT)}
    command = [str(environment.python), str(PROGRAM), str(folder), *FILES]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_they_differ_in_two_lines(tmp_path: Path) -> None:
    """The version that wrote the file, and the provider's source, which Terraform takes for the same."""
    former, fork = (synthesized(name, tmp_path / name) for name in ("cdktf", "cdktn"))
    assert former.keys() == fork.keys()
    assert len([path for path in former if path.endswith("cdk.tf.json")]) > len(FILES)
    for path, content in former.items():
        pairs = zip(content.splitlines(), fork[path].splitlines(), strict=True)
        differing = {(ours.strip(), theirs.strip()) for ours, theirs in pairs if ours != theirs}
        version = ('"version": "0.21.0"', '"version": "0.24.0"')
        source = ('"source": "google",', '"source": "hashicorp/google",')
        allowed = {version, source} if path.endswith("cdk.tf.json") else {version}
        assert differing <= allowed, path
