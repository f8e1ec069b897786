"""A live deployment changes from cdktf to cdktn and back: no plan has anything to do."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from commands.cdk import CDKS
from commands.environment import HOME, Environment
from deployment.output_folder import StackFolder, stacks_of
from deployment.synthesis import synthesize
from tests.conftest import CHECKOUT
from tests.e2e.conftest import CURRENT
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e


def written_by(cdk: str, live: Live) -> list[StackFolder]:
    """The stacks of the configuration that `live` has written last, as this CDK writes them."""
    environment = Environment(HOME / f"{CDKS[cdk].prefix}env", CDKS[cdk])
    if not environment.python.exists():
        pytest.skip(f"skipped: the environment of {cdk} is not set up here; ./psc test sets it up")
    chosen = {name: value for name, value in environment.variables().items() if name != "PSC_ENV"}
    variables = chosen | {"PSC_CONFIG": str(live.folder / "tried.yaml"), "HOME": os.environ.get("HOME", "")}
    return stacks_of(synthesize(str(environment.python), CHECKOUT, live.folder / cdk, variables).folder)


def sources(stacks: list[StackFolder]) -> set[str]:
    return {stack.content()["terraform"]["required_providers"]["google"]["source"] for stack in stacks}


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_changing_over_has_nothing_to_do(live: Callable[..., Live], version: str) -> None:
    one, spelled = live("default", version), []
    for cdk in ("cdktf", "cdktn", "cdktf"):
        stacks = written_by(cdk, one)
        spelled.append(sources(stacks))
        outcome = one.deploy_stacks(stacks)
        assert outcome.findings == []
        assert outcome.changes == {}
        assert set(outcome.connections.values()) <= {"kept"}
    assert spelled == [{"google"}, {"hashicorp/google"}, {"google"}]
