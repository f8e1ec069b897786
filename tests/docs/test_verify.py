"""docs/verify.md: its facts are the code's, and what it shows is what the command says of a deployment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from config.loading import load
from deployment.stack_files import read
from live.facts import FACTS
from live.report import lines
from standin.faults import Failure
from tests.conftest import CHECKOUT, REFERENCE, Synthesized
from tests.live import https_world
from tests.live.spoiling import CONSUMER, accept, connect
from tests.live.world import World

PAGE = CHECKOUT / "docs" / "verify.md"
REWRITE = "./psc test tests/docs/test_verify.py --write-docs"


@pytest.fixture
def there(synth: Callable[..., Synthesized], tmp_path: object) -> World:
    synth()
    return World(load(REFERENCE, {}).settings, read(tmp_path / "out", "default")).deploy()  # type: ignore[operator]


def same(text: str) -> list[str]:
    """Lines without the numbers that depend on what was made before."""
    text = re.sub(r"\d{12}-compute|connection \d+|_acme-challenge_\d+|\d{19}", "N", text)
    return re.sub(r"-(\d{5})-\d{3}\b", r"-\1-N", text).splitlines()


def shown(name: str) -> list[str]:
    """A transcript of the page."""
    return same(PAGE.read_text().split(f"<!-- transcript: {name} -->\n```text\n")[1].split("```")[0])


def told(world: World, **more: bool) -> list[str]:
    return same("\n".join(lines(world.verify(**more))))


def let_partner_wait(world: World) -> None:
    connect(world, "partner-project")


def forbid_policies(world: World) -> None:
    message = "The caller does not have permission"
    world.cloud.faults.methods = [Failure(r"run\..*\.getIamPolicy", times=0, code=403, message=message)]


def let_go(world: World) -> None:
    world.enable(CONSUMER, "networkmanagement.googleapis.com")
    accept(world)


def test_the_first_transcript_is_all_that_is_said(there: World) -> None:
    assert shown("holds") == ["$ ./psc verify", *told(there)]


@pytest.mark.parametrize(
    ("name", "spoil", "more"),
    [
        ("pending", let_partner_wait, {}),
        ("rights", forbid_policies, {}),
        ("dropped", let_go, {"connectivity": True}),
    ],
)
def test_what_is_shown_is_said(name: str, spoil: Callable[[World], None], more: dict[str, bool], there: World) -> None:
    spoil(there)
    lines, said = shown(name), told(there, **more)
    assert any(said[at : at + len(lines)] == lines for at in range(len(said))), said


@pytest.mark.parametrize(
    ("name", "yaml", "spoil"),
    [
        ("certificate", https_world.YAML, https_world.managed("PROVISIONING")),
        ("hidden", https_world.ZONE_OF_OTHERS,
         lambda world: https_world.make_zone(world, "nearer", f"{https_world.HOST}.", record=False)),
    ],
)  # fmt: skip
def test_what_is_shown_of_https_is_said(
    name: str, yaml: str, spoil: Callable[[World], None], synth: Callable[..., Synthesized], tmp_path: Path
) -> None:
    synth(yaml)
    settings = load(REFERENCE, {"PSC_CONFIG": str(tmp_path / "tried.yaml")}).settings
    there = https_world.secure(World(settings, read(tmp_path / "out", "tried")))
    spoil(there)
    lines, said = shown(name), told(there)
    assert any(said[at : at + len(lines)] == lines for at in range(len(said))), "\n".join(said)


def table() -> Iterator[str]:
    yield "| name in JSON | what has to hold |"
    yield "|---|---|"
    yield from (f"| `{fact.name}` | {fact.says} |" for fact in FACTS)
    yield "| `connectivity` | with `--connectivity`: a packet reaches the producer's service |"


def test_the_table_is_the_codes(request: pytest.FixtureRequest) -> None:
    text, begin, end = PAGE.read_text(), "<!-- facts -->\n", "<!-- end of facts -->"
    before, rest = text.split(begin)
    wanted = before + begin + "\n".join(table()) + "\n" + end + rest.split(end)[1]
    if request.config.getoption("--write-docs", default=False):
        PAGE.write_text(wanted)
        text = wanted
    assert text == wanted, f"docs/verify.md is out of date; write it anew: {REWRITE}"
