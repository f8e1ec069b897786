"""What people and programs are told."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import pytest

from live.report import document, lines, verdict
from standin.faults import Failure
from tests.conftest import CHECKOUT
from tests.live.spoiling import PRODUCER, accept
from tests.live.world import World

Worlds = Callable[..., World]
SCHEMA = json.loads((CHECKOUT / "live" / "verify.schema.json").read_text())


@pytest.fixture
def there(world: Worlds) -> World:
    return world().deploy()


def test_one_line_per_fact_and_the_verdict(there: World) -> None:
    told = list(lines(there.verify()))
    assert told[0] == f"producer ({PRODUCER})"
    assert told[1] == f"  ok    {PRODUCER}: enabled: compute, run"
    assert "  ok    hello: 1 of 252 NAT addresses are used, 251 are left (10.0.3.0/24)" in told
    assert told[-1] == "verify of default: 13 facts hold"


def test_a_repair_stands_beneath_its_fact(there: World) -> None:
    accept(there)
    told = list(lines(there.verify()))
    at = next(number for number, line in enumerate(told) if "consumer/psc-endpoint is PENDING" in line)
    assert told[at + 1 : at + 4] == [
        "          to let it in, put this into producer.services.hello, and run ./psc cdktf deploy producer:",
        "            accept:",
        "              example-consumer-project: 10",
    ]


def test_the_last_line_counts_what_is_not_known(there: World) -> None:
    there.cloud.faults.methods = [
        Failure(r"run\..*\.getIamPolicy", times=0, code=403, message="Denied"),
        Failure(r"serviceusage\..*", times=0, code=503, message="Busy"),
    ]
    verification = there.verify()
    assert verdict(verification) == "verify of default: 10 facts hold, 1 not known, 2 could not be found out"
    unknown = next(line for line in lines(verification) if line.startswith("  ?"))
    assert unknown.endswith(f"needs roles/run.viewer on {PRODUCER}")


def test_what_others_wrote_cannot_write_on_the_terminal(there: World) -> None:
    there.cloud.faults.methods = [Failure(r"run\..*", times=0, code=403, message="\x1b[2J::error::gone")]
    assert not any("\x1b" in line for line in lines(there.verify()))


@pytest.mark.parametrize("spoil", [lambda world: None, accept, lambda world: world.cloud.run.clear()])
def test_the_document_is_as_its_schema_says(spoil: Callable[[World], None], there: World) -> None:
    spoil(there)
    verification = there.verify()
    told = document(verification)
    jsonschema.validate(told, SCHEMA)
    assert told["verdict"] == ("holds", "fails", "unusable")[verification.code]
    assert sum(told["counts"].values()) == len(told["facts"])
