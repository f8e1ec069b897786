"""What a configuration is read with: of the constructs their rules alone, and nothing of cdktf."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

SOURCES = CHECKOUT / "constructs" / "src"
HEAVY = {"cattr", "cdktf", "cdktf_cdktf_provider_google", "constructs", "jsii", "typeguard"}


def modules(source: Path, package: str) -> list[str]:
    files = sorted((source / package).rglob("*.py"))
    return [".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__") for file in files]


def loaded_with(names: list[str]) -> set[str]:
    """Every module that a fresh Python holds once it has imported these."""
    path = f"import sys; sys.path[:0] = {[str(CHECKOUT), str(SOURCES)]}"
    program = f"{path}\nimport {', '.join(names)}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("source", "package"), [(CHECKOUT, "config"), (SOURCES, "cloudrun_psc/rules")], ids=["config", "rules"]
)
def test_the_rules_are_all_that_is_imported_of_the_constructs(source: Path, package: str) -> None:
    loaded = loaded_with(modules(source, package))
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    # And which CDK the app is on, which loads neither.
    rules = {"cloudrun_psc.cdk", *modules(SOURCES, "cloudrun_psc/rules")}
    assert {name for name in loaded if name.startswith("cloudrun_psc.")} <= rules
