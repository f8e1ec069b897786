"""./psc adopt of what the genuine gcloud made by the ten steps, as a user types it, with the real google provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from config.loading import load
from standin import router
from standin.cloud import Cloud
from standin.faults import Failure
from tests.conftest import CHECKOUT, REFERENCE
from tests.e2e.by_hand import REGION
from tests.e2e.conftest import configuration
from tests.e2e.hand import HERE, THERE, Hand, lines, put, settings
from tests.e2e.live import CONSUMER, PRODUCER
from tests.live.world import World

pytestmark = pytest.mark.e2e


def test_what_gcloud_made_is_adopted_edited_and_destroyed(hand: Hand) -> None:
    before = hand.standin.state()
    said = hand.adopts()
    assert hand.standin.state()["compute"] == before["compute"], "nothing is written without --apply"
    page = (
        (CHECKOUT / "docs" / "import.md").read_text().split("<!-- transcript: adopt -->\n```text\n$ ./psc adopt\n")[1]
    )
    assert said.replace("--env mine ", "").replace("adopt of mine", "adopt of default") == page.split("```")[0]
    assert (lines(said, "DIFFERS"), lines(said, "REFUSED")) == ([], [])

    said = hand.adopts("--apply")
    assert "adopt of mine: adopted: 19 taken as they are" in said
    after = hand.standin.state()
    kept = {name: body["id"] for name, body in before["compute"].items()}
    assert {name: body["id"] for name, body in after["compute"].items()} == kept, "nothing was made anew"
    assert after["connections"] == before["connections"]
    for side in ("producer", "consumer"):
        assert "No changes." in hand.terraform(side, "plan")
    assert hand.adopts().endswith("adopt of mine: nothing to adopt: 28 in the state already\n")

    edited = configuration("default")
    edited["producer"]["services"]["hello"]["accept"] = {"consumer": 3}
    hand.writes(edited)
    said = hand.adopts(code=1)
    assert 'set producer.services.hello.accept: {"example-consumer-project": 10}' in said
    hand.types("synth", "--env", "mine")
    assert "0 added, 1 changed, 0 destroyed" in hand.terraform("producer", "apply", "-auto-approve")
    for side in ("consumer", "producer"):
        hand.terraform(side, "destroy", "-auto-approve")
    assert hand.standin.state()["compute"] == {}
    assert hand.standin.state()["run"] == {}


def test_deviations_are_told_with_their_keys(hand: Hand) -> None:
    attachment = hand.body(f"{HERE}/serviceAttachments/hello-service-attachment")
    attachment["consumerAcceptLists"] = [{"projectIdOrNum": CONSUMER, "connectionLimit": 4}]
    service = hand.body(f"projects/{PRODUCER}/locations/{REGION}/services/hello-service")
    service["customAudiences"] = ["https://hello.example.com"]
    service["description"] = "made by hand"
    service["template"]["containers"][0]["env"] = [{"name": "LEVEL", "value": "debug"}]
    service["template"]["containers"][0]["image"] = "us-docker.pkg.dev/cloudrun/container/other"
    backend = hand.body(f"{HERE}/backendServices/hello-backend-service")
    backend["localityLbPolicy"] = "ROUND_ROBIN"
    rule = hand.body(f"{HERE}/forwardingRules/hello-forwarding-rule")
    rule["portRange"] = "8080-8080"
    proxies = hand.body(f"{HERE}/subnetworks/producer-proxy-subnet")
    proxies["ipCidrRange"] = "10.0.9.0/24"
    vm = hand.body(f"projects/{CONSUMER}/zones/{REGION}-b/instances/test-vm")
    vm["machineType"] = vm["machineType"].replace("e2-micro", "e2-small")
    del hand.body(f"{THERE}/subnetworks/consumer-subnet")["logConfig"]

    said = hand.adopts(code=1)
    told = "\n".join(lines(said, "DIFFERS") + lines(said, "REFUSED") + lines(said, "ok"))
    for words in (
        'set producer.services.hello.accept: {"example-consumer-project": 4}',
        'set producer.services.hello.env: {"LEVEL": "debug"}',
        "set producer.services.hello.image: us-docker.pkg.dev/cloudrun/container/other",
        'set producer.services.hello.audiences: ["https://hello.example.com"]',
        'description: "made by hand" ->',
        "locality_lb_policy: ROUND_ROBIN ->",
        "set producer.services.hello.port: 8080",
        "set producer.network.proxy_only_subnet.range: ",
        "set consumers.consumer.test_vm.machine_type: e2-small",
        "set consumers.consumer.flow_logs.enabled: false",
    ):
        assert words in told, f"{words}\n{said}"
    refused = lines(said, "REFUSED")
    assert [one.split(":")[0].split()[-1] for one in refused] == [
        "google_compute_forwarding_rule.hello",
        "google_compute_subnetwork.proxy_only",
    ], said
    document = json.loads(hand.adopts("--apply", "--allow-differences", "--json", code=1))
    jsonschema.validate(document, json.loads((CHECKOUT / "live" / "adopt.schema.json").read_text()))
    assert (document["verdict"], document["counts"]["refused"]) == ("hindered", 2), "replacements never"
    assert not any(stack["applied"] for stack in document["stacks"])
    assert not list(hand.checkout.glob("*.tfstate"))

    config = configuration("default")
    for _ in range(2):  # with the port, the rule's name is to be given
        for key, value in settings(said):
            put(config, key, value)
        hand.writes(config)
        said = hand.adopts(code=1)
    (differing,) = lines(said, "DIFFERS")
    assert "description" in differing
    assert settings(said) == []
    assert "adopt of mine: adopted" in hand.adopts("--apply", "--allow-differences")
    service = hand.body(f"projects/{PRODUCER}/locations/{REGION}/services/hello-service")
    assert not service.get("description")
    assert service["customAudiences"] == ["https://hello.example.com"]


def test_what_exists_is_discovered_and_adopted_as_it_is(hand: Hand) -> None:
    hand.discovers()
    wanted = configuration("default")
    wanted["producer"]["services"]["hello"].pop("image")
    wanted["consumers"]["consumer"]["endpoints"]["psc-endpoint"].pop("address")
    found = yaml.safe_load(hand.config.read_text())
    assert found == wanted
    assert "adopt of mine: adopted: 19 taken as they are" in hand.adopts("--apply")

    found["consumers"]["consumer"]["test_vm"] = {"enabled": False}
    hand.writes(found)
    hand.types("synth", "--env", "mine")
    page = (CHECKOUT / "docs" / "import.md").read_text()
    folder = hand.checkout / "cdktf.out" / "mine" / "stacks" / "consumer"
    (folder / "let-go.tf.json").write_text(page.split("<<'END'\n")[1].split("END\n")[0])
    said = hand.terraform("consumer", "apply", "-auto-approve")
    assert "0 added, 0 changed, 0 destroyed" in said
    assert hand.body(f"projects/{CONSUMER}/zones/{REGION}-b/instances/test-vm")
    (folder / "let-go.tf.json").unlink()
    assert "No changes." in hand.terraform("consumer", "plan")


@pytest.fixture
def shop(tmp_path: Path, hand_of: Callable[[Cloud], Hand]) -> Hand:
    """Somebody whose cloud a module of others made: all parts have one name, as in Fabric's net-lb-app-int."""
    config = configuration("default")
    producer, consumer = config["producer"], config["consumers"]["consumer"]
    producer["network"] = {"name": "prod", "load_balancer_subnet": {"name": "ilb", "range": "10.20.0.0/24"},
                           "proxy_only_subnet": {"name": "proxies", "range": "10.20.1.0/24"}}  # fmt: skip
    names = dict.fromkeys(("url_map", "http_proxy", "forwarding_rule", "service_attachment"), "shop-ilb")
    names |= {"backend_service": "shop-ilb-default", "network_endpoint_group": "shop-ilb-run", "service": "storefront"}
    producer["services"] = {"shop": {"names": names, "port": 8080, "nat_ranges": ["10.20.2.0/24"]}}
    consumer["network"] = {"name": "spoke", "subnet": {"name": "spoke-apps", "range": "10.30.0.0/26"}}
    endpoint = {"service": "shop", "name": "to-shop", "address_name": "to-shop-addr", "address": "10.30.0.9"}
    consumer["endpoints"] = {"x": endpoint}
    consumer["test_vm"] = {"enabled": False}
    file = tmp_path / "shop.yaml"
    file.write_text(yaml.safe_dump(config))
    world = World(load(REFERENCE, {"PSC_CONFIG": str(file)}).settings, {}).deploy()
    return hand_of(world.cloud)


def add_subnets(world: Cloud) -> None:
    """Subnets of others in both networks, with whom they are shared."""
    for project, network in ((PRODUCER, "prod"), (CONSUMER, "spoke")):
        body = {
            "name": "others",
            "network": f"projects/{project}/global/networks/{network}",
            "ipCidrRange": "10.90.0.0/24",
        }
        path = f"/compute/v1/projects/{project}/regions/{REGION}/subnetworks"
        assert router.answer(world, "POST", path, json.dumps(body).encode(), {}).code == 200
        world.finish_all()


def test_in_networks_that_are_shared_only_what_was_made_for_it_is_adopted(shop: Hand) -> None:
    add_subnets(shop.cloud)
    shop.discovers()
    said = shop.adopts("--apply")
    assert "adopt of mine: adopted: " in said
    assert "not there" not in said.splitlines()[-1]
    assert "google_compute_network.network" not in said
    assert "google_compute_subnetwork" not in said


def test_what_others_made_is_discovered_and_adopted_as_it_is(shop: Hand) -> None:
    for path in ("urlMaps/shop-ilb", "backendServices/shop-ilb-default"):
        shop.body(f"{HERE}/{path}")["description"] = "Terraform managed."
    shop.body(f"{HERE}/forwardingRules/shop-ilb")["labels"] = {"team": "shop"}
    before = shop.standin.state()
    shop.discovers()
    found = yaml.safe_load(shop.config.read_text())
    service = found["producer"]["services"]["shop-ilb"]
    assert service["names"]["network_endpoint_group"] == "shop-ilb-run"
    said = shop.adopts("--apply")
    assert "adopt of mine: adopted: " in said
    assert "not there" not in said.splitlines()[-1]
    kept = {name: body["id"] for name, body in before["compute"].items()}
    assert {name: body["id"] for name, body in shop.standin.state()["compute"].items()} == kept
    assert shop.adopts().splitlines()[-1].startswith("adopt of mine: nothing to adopt: ")


def test_what_is_half_deployed_is_adopted_and_the_rest_is_made(hand_of: Callable[[Cloud], Hand]) -> None:
    missing = ("serviceAttachments", "hello-service-nat", "test-vm", "allow-iap-ssh")
    hand = hand_of(World(load(REFERENCE, {}).settings, {}).deploy(without=missing).cloud)
    hand.writes(configuration("default"))
    hand.cloud.faults.methods = [Failure(r"compute\.addresses\.get", times=0, code=403, message="Denied")]
    said = hand.adopts("--apply", code=2)
    assert f"needs roles/compute.viewer on {CONSUMER}" in said
    assert "could not be found out" in said
    hand.cloud.faults.methods = []

    said = hand.adopts()
    assert "google_compute_service_attachment.hello: is not there, and will be created" in said
    assert "is planned once the producer has hello_service_attachment_self_link" in said
    said = hand.adopts("--apply")
    assert "adopt of mine: adopted: " in said
    assert [one.status for one in hand.cloud.connections.values()] == ["ACCEPTED"]
    assert "No changes." in hand.terraform("consumer", "plan")
