"""What several test modules share: configurations in, synthesized JSON out, in one process with one kernel."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cloudrun_psc  # noqa: F401  # before cdktf: where the fork is in use, it is that
from cdktf_fast_synthesis import use_fast_synthesis
from config.loading import load

CHECKOUT = Path(__file__).resolve().parent.parent
# A checkout as far as configurations go: its only environment is the reference deployment, whatever the files say that
# somebody deploys from here.
REFERENCE = CHECKOUT / "tests" / "reference"
DEFAULT = REFERENCE / "config" / "environments" / "default.yaml"
use_fast_synthesis()
os.environ.pop("CDKTF_OUTDIR", None)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in a shell's background, and what is started would have it
    signal.signal(signal.SIGINT, signal.default_int_handler)

Json = dict[str, Any]
Synthesized = dict[str, Json]


def plain(value: Any) -> Any:
    """Synthesized JSON without cdktf's metadata."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key != "//"}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def stacks_in(folder: Path) -> Synthesized:
    """Stack name → its JSON, as the manifest of `folder` lists them."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return {
        name: plain(json.loads((folder / stack["synthesizedStackPath"]).read_text()))
        for name, stack in manifest["stacks"].items()
    }


@pytest.fixture
def synth(tmp_path: Path) -> Callable[..., Synthesized]:
    """Synthesize a configuration given as YAML text (or the default one) and return its stacks."""

    def run(yaml: str | None = None, **variables: str) -> Synthesized:
        from stacks.synthesis import synthesize

        if yaml is not None:
            file = tmp_path / "tried.yaml"
            file.write_text(yaml)
            variables["PSC_CONFIG"] = str(file)
        settings = load(REFERENCE, variables).settings
        out = tmp_path / "out"
        synthesize(settings, out, REFERENCE / "locks")
        return stacks_in(out)

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="write the documentation's made pages anew")
    parser.addoption("--write-inventories", action="store_true", help="write the stacks' inventories anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes an hour runs when it is asked for: ./psc test --e2e."""
    if config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("e2e")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
