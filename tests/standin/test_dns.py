"""Cloud DNS: zones, record sets, and changes that happen as a whole or not at all."""

from __future__ import annotations

import pytest

from standin.environment import environment
from standin.router import Answer
from tests.standin.conftest import NETWORK, PRODUCER, Api, good

ZONES = f"/dns/v1/projects/{PRODUCER}/managedZones"
RECORD = {"name": "hello.internal.example.com.", "type": "A", "ttl": 300, "rrdatas": ["10.1.0.5"]}


@pytest.fixture
def zone(api: Api) -> Api:
    """A cloud with a private zone."""
    api.cloud.projects[PRODUCER].apis.add("dns.googleapis.com")
    visible = {"networks": [{"networkUrl": f"https://www.googleapis.com/compute/v1/{NETWORK}"}]}
    body = {"name": "zone", "dnsName": "internal.example.com.", "visibility": "private"}
    good(api.call("POST", ZONES, body | {"privateVisibilityConfig": visible, "description": "Ours"}))
    return api


def _change(api: Api, **body: object) -> Answer:
    return api.call("POST", f"{ZONES}/zone/changes", body)


def _names(api: Api) -> list[str]:
    return [f"{one['name']} {one['type']}" for one in good(api.call("GET", f"{ZONES}/zone/rrsets"))["rrsets"]]


def test_a_zone_has_its_own_record_sets(zone: Api) -> None:
    assert _names(zone) == ["internal.example.com. NS", "internal.example.com. SOA"]
    assert good(zone.call("GET", f"{ZONES}/zone"))["visibility"] == "private"


def test_empty_parts_of_a_zone_are_not_kept_and_an_update_replaces_it(zone: Api) -> None:
    body = {"name": "public", "dnsName": "example.net.", "description": "Ours", "labels": {"team": "x"}}
    good(zone.call("POST", ZONES, body | {"privateVisibilityConfig": {"networks": []}}))
    assert "privateVisibilityConfig" not in good(zone.call("GET", f"{ZONES}/public"))
    good(zone.call("PUT", f"{ZONES}/public", body | {"labels": {}, "description": "Theirs"}))
    changed = good(zone.call("GET", f"{ZONES}/public"))
    assert (changed["description"], changed.get("labels"), len(changed["nameServers"])) == ("Theirs", None, 4)


def test_record_sets_come_and_go(zone: Api) -> None:
    done = good(_change(zone, additions=[RECORD]))
    assert done["status"] == "done"
    assert _change(zone, additions=[RECORD]).code == 409
    other = RECORD | {"rrdatas": ["10.1.0.6"]}
    good(_change(zone, deletions=[RECORD], additions=[other]))
    one = f"{ZONES}/zone/rrsets/{RECORD['name']}/A"
    assert good(zone.call("GET", one))["rrdatas"] == ["10.1.0.6"]
    assert zone.call("DELETE", f"{ZONES}/zone").code == 400, "it is not empty"
    good(zone.call("DELETE", one))
    assert zone.call("GET", one).code == 404
    good(zone.call("DELETE", f"{ZONES}/zone"))
    assert zone.cloud.dns == {}


def test_a_change_happens_as_a_whole(zone: Api) -> None:
    good(_change(zone, additions=[RECORD]))
    elsewhere = RECORD | {"name": "hello.example.org."}
    assert "not in zone 'zone'" in _change(zone, deletions=[RECORD], additions=[elsewhere]).body["error"]["message"]
    assert f"{RECORD['name']} A" in _names(zone)


def test_a_zone_of_a_network_that_is_not_there(zone: Api) -> None:
    visible = {"networks": [{"networkUrl": f"https://www.googleapis.com/compute/v1/{NETWORK}-2"}]}
    body = {"name": "other", "dnsName": "example.net.", "visibility": "private", "privateVisibilityConfig": visible}
    assert zone.call("POST", ZONES, body).code == 404
    assert zone.call("GET", f"{ZONES}/other").code == 404


def test_the_api_must_be_enabled(api: Api) -> None:
    assert "Cloud DNS API has not been used" in api.call("GET", ZONES).body["error"]["message"]


def test_a_target_by_name_shows_an_empty_address(zone: Api) -> None:
    """Without one the google provider crashes."""
    targets = {"forwardingConfig": {"targetNameServers": [{"domainName": "ns.example.net."}]}}
    body = {"name": "forwarding", "dnsName": "example.net.", "description": "Ours", "visibility": "private"}
    made = good(zone.call("POST", ZONES, body | targets))
    (target,) = made["forwardingConfig"]["targetNameServers"]
    assert (target["domainName"], target["ipv4Address"]) == ("ns.example.net.", "")
    good(zone.call("PATCH", f"{ZONES}/forwarding", targets))
    assert good(zone.call("GET", f"{ZONES}/forwarding"))["forwardingConfig"] == made["forwardingConfig"]


def test_a_policy_always_shows_what_it_says_of_dns64(zone: Api) -> None:
    policies = ZONES.replace("managedZones", "policies")
    good(zone.call("POST", policies, {"name": "policy", "description": ""}))
    said = {"kind": "dns#policyDns64Config", "scope": {"kind": "dns#policyDns64ConfigScope", "allQueries": False}}
    assert good(zone.call("GET", f"{policies}/policy"))["dns64Config"] == said
    good(zone.call("PATCH", f"{policies}/policy", {"dns64Config": {"scope": {"allQueries": True}}}))
    assert good(zone.call("GET", f"{policies}/policy"))["dns64Config"]["scope"]["allQueries"] is True


def test_record_sets_are_found_where_the_older_provider_looks_for_them(zone: Api) -> None:
    """6.50.0 takes the endpoint, cuts /dns/ out of it (its version stays, over plain http), and adds the whole path."""
    endpoint = environment("http://127.0.0.1:1")["GOOGLE_DNS_CUSTOM_ENDPOINT"]
    base = endpoint.replace("/dns/", "").removeprefix("http://127.0.0.1:1")
    assert base.startswith("/"), "else it is a port that is none, and the provider crashes"
    assert good(zone.call("GET", f"{base}{ZONES.removeprefix('/')}/zone/rrsets"))["rrsets"]


def test_every_message_of_a_zone_says_what_it_is(zone: Api) -> None:
    secured = {"state": "on", "defaultKeySpecs": [{"keyType": "zoneSigning", "algorithm": "rsasha256"}]}
    good(zone.call("POST", ZONES, {"name": "public", "dnsName": "example.net.", "dnssecConfig": secured}))
    shown = good(zone.call("GET", f"{ZONES}/public"))
    assert shown["dnssecConfig"]["kind"] == "dns#managedZoneDnsSecConfig"
    assert shown["dnssecConfig"]["defaultKeySpecs"][0]["kind"] == "dns#dnsKeySpec"
    assert shown["cloudLoggingConfig"] == {"kind": "dns#managedZoneCloudLoggingConfig"}


def test_a_zone_has_a_policy_as_long_as_it_is_there(zone: Api) -> None:
    binding = {
        "role": "roles/viewer",
        "members": ["user:a@example.com"],
        "condition": {"title": "t", "expression": "e"},
    }
    good(zone.call("POST", f"{ZONES}/zone:setIamPolicy", {"policy": {"bindings": [binding]}}))
    asked = f"{ZONES}/zone:getIamPolicy?options.requestedPolicyVersion=3"
    policy = good(zone.call("POST", asked, {}))
    assert (policy["version"], policy["bindings"]) == (3, [binding])
    good(zone.call("DELETE", f"{ZONES}/zone"))
    assert zone.call("POST", asked, {}).code == 404
    assert zone.cloud.policies == {}
