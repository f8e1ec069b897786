"""A bare stack to try constructs in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider

from tests.conftest import Json, plain


@pytest.fixture
def stack(tmp_path: Path) -> TerraformStack:
    made = TerraformStack(App(outdir=str(tmp_path / "out"), stack_traces=False), "tried")
    GoogleProvider(made, "google")
    return made


@pytest.fixture
def resources(stack: TerraformStack, tmp_path: Path) -> Callable[[], dict[str, Json]]:
    """What the stack synthesizes: Terraform address → values."""

    def run() -> dict[str, Json]:
        app = stack.node.root
        assert isinstance(app, App)
        app.synth()
        made = plain(json.loads((tmp_path / "out" / "stacks" / "tried" / "cdk.tf.json").read_text()))
        return {
            f"{prefix}{kind}.{name}": values
            for prefix, section in (("", "resource"), ("data.", "data"), ("ephemeral.", "ephemeral"))
            for kind, named in made.get(section, {}).items()
            for name, values in named.items()
        }

    return run
