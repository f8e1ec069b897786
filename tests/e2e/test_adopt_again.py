"""./psc adopt of what Terraform itself deployed, where its states were lost: HTTPS and names among it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from standin.cloud import Cloud
from tests.e2e.hand import Hand, lines
from tests.e2e.live import CONSUMER, Live
from tests.e2e.test_https import COMPUTE, HOST, MANAGER, named
from tests.e2e.test_pem import pem

pytestmark = pytest.mark.e2e


def of_pem() -> dict[str, Any]:
    made = pem()
    made["consumers"]["consumer"]["endpoints"]["psc-endpoint"]["dns"] = True
    return made


@pytest.mark.parametrize("config", [named, of_pem], ids=["existing", "pem"])
def test_a_deployment_with_https_is_taken_again_as_it_is(
    config: Callable[[], dict[str, Any]], empty: Callable[[], Live], hand_of: Callable[[Cloud], Hand]
) -> None:
    live = empty()
    assert live.deploy(config()).findings == []
    hand = hand_of(live.standin.cloud)
    hand.writes(config())
    before = hand.standin.state()
    said = hand.adopts("--apply")
    assert "adopt of mine: adopted: " in said
    assert "not there" not in said.splitlines()[-1]
    assert [one for one in lines(said, "ok") if "google_dns_record_set.psc_endpoint" in one]
    after = hand.standin.state()
    kept = {name: body["id"] for name, body in before["compute"].items()}
    assert {name: body["id"] for name, body in after["compute"].items()} == kept
    for side in ("producer", "consumer"):
        assert "No changes." in hand.terraform(side, "plan")


@pytest.mark.parametrize("certificate", [f"{MANAGER}/hello", f"{COMPUTE}/hello"], ids=["manager", "compute"])
def test_https_with_a_certificate_of_others_is_discovered(
    certificate: str, empty: Callable[[], Live], hand_of: Callable[[Cloud], Hand]
) -> None:
    live, config = empty(), named()
    config["producer"]["services"]["hello"]["https"]["certificate"] = certificate
    assert live.deploy(config).findings == []
    hand = hand_of(live.standin.cloud)
    hand.discovers()
    found = yaml.safe_load(hand.config.read_text())
    assert found["producer"]["services"]["hello"]["https"] == {"host": HOST, "certificate": certificate}
    (endpoint,) = found["consumers"]["consumer"]["endpoints"].values()
    assert endpoint["dns"]["zone"].startswith(f"projects/{CONSUMER}/managedZones/psc-endpoint-zone")
    said = hand.adopts("--apply")
    assert (lines(said, "DIFFERS"), lines(said, "REFUSED")) == ([], [])
    assert "not there" not in said.splitlines()[-1]
    for side in ("producer", "consumer"):
        assert "No changes." in hand.terraform(side, "plan")
