"""The facts of HTTPS and DNS: each holds of what was deployed, fails of what was spoiled, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from live.facts import FACTS
from live.verification import Verification
from standin.faults import Failure
from tests.live.fact_cases import CASES as OTHERS
from tests.live.https_world import (
    CERTIFICATE,
    COMPUTE,
    HOST,
    NETWORK,
    OTHER,
    POLICY,
    YAML,
    ZONE_OF_OTHERS,
    add_record,
    ask_elsewhere,
    change,
    exchange,
    issue,
    lead,
    make_zone,
    managed,
    own_zone,
    point,
    secure,
    show,
    upload,
)
from tests.live.spoiling import CONSUMER, HERE, PRODUCER, Worlds
from tests.live.world import World


@dataclass(frozen=True)
class Case:
    """A fact that is made to fail: how, what is said, what is told to do, and that done."""

    fact: str
    spoil: Callable[[World], object]
    says: str
    repair: str
    mend: Callable[[World], object]
    yaml: str = YAML

    def __str__(self) -> str:
        return f"{self.fact}: {self.says}"


GIVE = "give another one in producer.services.hello.https.certificate, and ./psc cdktf deploy producer"
CASES = (
    Case("certificate", lambda world: world.cloud.certificates.clear(), "there is no certificate orders", GIVE, upload),
    Case("certificate", change(expireTime="2020-05-01T00:00:00Z"),
         f"the certificate orders of {HOST} expired on 2020-05-01: every client refuses it", GIVE, upload),
    Case("certificate", change(sanDnsnames=["shop.example.com", "*.example.org"]),
         f"the certificate orders is of shop.example.com, *.example.org, not of {HOST}", GIVE, upload),
    Case("certificate", managed("PROVISIONING", failureReason="CAA", details="forbidden by CAA"),
         "the certificate orders is PROVISIONING (CAA forbidden by CAA): until it is ACTIVE, every handshake fails",
         "add to public DNS: _acme-challenge_", issue),
    Case("certificate", managed("FAILED", reason="AUTHORIZATION_ISSUE", details="no such record"),
         "the certificate orders is FAILED (AUTHORIZATION_ISSUE no such record)",
         "a FAILED certificate stays FAILED", issue),
    Case("https-proxy", exchange, "hello-https-proxy has other, not orders", "./psc cdktf deploy producer",
         lambda world: exchange(world, "orders")),
    Case("https-proxy", lambda world: lead(world, "targetHttpProxies/hello-http-proxy"),
         "hello-http-proxy speaks HTTP, and HTTPS is configured", "./psc cdktf deploy producer",
         lambda world: lead(world, "targetHttpsProxies/hello-https-proxy")),
    Case("dns", lambda world: world.cloud.dns.clear(), "there is no DNS zone psc-endpoint-zone-",
         "./psc cdktf deploy consumer", own_zone),
    Case("dns", lambda world: world.cloud.dns.clear(), "there is no DNS zone internal", "its owner makes it again",
         lambda world: make_zone(world, "internal", "example.com."), ZONE_OF_OTHERS),
    Case("dns", show, "is not seen by consumer-vpc", "./psc cdktf deploy consumer", lambda world: show(world, NETWORK)),
    Case("dns", lambda world: show(world, OTHER),
         "the DNS zone internal is not seen by consumer-vpc: clients do not find",
         f"gcloud dns managed-zones update internal --networks={OTHER},{NETWORK} --project={CONSUMER}",
         lambda world: show(world, OTHER, NETWORK), ZONE_OF_OTHERS),
    Case("dns", lambda world: point(world, "10.1.0.99"),
         f"{HOST} leads to 10.1.0.99, not to 10.1.0.5 in the DNS zone", "./psc cdktf deploy consumer", point),
    Case("dns", lambda world: [world.cloud.dns.pop(path) for path in list(world.cloud.dns) if path.endswith("/A")],
         f"{HOST} has no record in the DNS zone", "./psc cdktf deploy consumer",
         lambda world: add_record(world, "internal"), ZONE_OF_OTHERS),
    Case("dns-hidden", lambda world: make_zone(world, "nearer", f"{HOST}.", record=False),
         f"the DNS zone nearer ({HOST}.) of {CONSUMER} is nearer to {HOST}, and hides its record from consumer-vpc",
         f"gcloud dns record-sets create {HOST}. --type=A --rrdatas=10.1.0.5 --zone=nearer",
         lambda world: add_record(world, "nearer"), ZONE_OF_OTHERS),
    Case("dns-hidden", ask_elsewhere,
         f"the DNS policy elsewhere of {CONSUMER} makes consumer-vpc ask other name servers",
         f"make those name servers answer {HOST} with 10.1.0.5", lambda world: world.call("DELETE", POLICY)),
)  # fmt: skip
OURS = {"certificate", "https-proxy", "dns", "dns-hidden"}


def told(verification: Verification, fact: str) -> list[tuple[str, str]]:
    return [(one.outcome.state, one.outcome.text) for one in verification.told if one.fact == fact]


@pytest.mark.parametrize(
    "yaml", [YAML, ZONE_OF_OTHERS, COMPUTE], ids=["own zone", "zone of others", "Compute Engine's"]
)
def test_everything_holds_of_what_was_deployed(yaml: str, world: Worlds) -> None:
    verification = secure(world(yaml)).verify()
    assert {one.outcome.state for one in verification.told} == {"holds"}, [
        one.outcome for one in verification.told if one.outcome.state != "holds"
    ]
    assert told(verification, "certificate") == [("holds", f"the certificate orders is of {HOST} until 2036-01-01")]
    assert told(verification, "https-proxy") == [("holds", "hello-https-proxy has the certificate orders")]
    assert told(verification, "dns")[0][1].startswith(f"{HOST} leads to 10.1.0.5 in consumer-vpc (DNS zone ")
    assert told(verification, "dns-hidden")[0][1].startswith("nothing nearer than the DNS zone ")
    assert verification.code == 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_spoiled_fails_with_its_repair(case: Case, world: Worlds) -> None:
    there = secure(world(case.yaml))
    case.spoil(there)
    verification = there.verify()
    found = [one.outcome for one in verification.told if one.fact == case.fact and case.says in one.outcome.text]
    assert [one.state for one in found] == ["fails"], verification.told
    assert any(case.repair in line for line in found[0].repair), found[0].repair
    assert verification.count("broken") == 0, "what is missing is told once, and nothing stumbles over it"
    assert verification.code == 1
    case.mend(there)
    assert told(there.verify(), case.fact)[0][0] == "holds", "the repair did not mend it"


def test_every_fact_is_made_to_fail_here_or_there() -> None:
    assert {case.fact for case in CASES} == OURS
    assert OURS | {case.fact for case in OTHERS} == {fact.name for fact in FACTS}


def test_one_that_google_issues_is_renewed_by_it(world: Worlds) -> None:
    there = secure(world(YAML))
    managed("PROVISIONING")(there)
    issue(there)
    assert told(there.verify(), "certificate") == [
        ("holds", f"the certificate orders is of {HOST} until 2036-01-01, and Google renews it")
    ]


def test_one_that_expires_soon_is_said_before_it_does(world: Worlds) -> None:
    there = secure(world(YAML))
    soon = datetime.now(UTC) + timedelta(days=9)
    change(expireTime=f"{soon:%Y-%m-%dT%H:%M:%S}.123456789Z")(there)
    outcome = next(one.outcome for one in there.verify().told if one.fact == "certificate")
    assert outcome.state == "holds"
    assert outcome.text == f"the certificate orders of {HOST} expires on {soon:%Y-%m-%d}, and only you can renew it"
    assert outcome.repair[0].startswith("give another one in producer.services.hello.https.certificate")


def test_a_wildcard_covers_its_level(world: Worlds) -> None:
    there = secure(world(YAML))
    change(sanDnsnames=["*.EXAMPLE.com"])(there)
    assert told(there.verify(), "certificate")[0][0] == "holds"


def test_a_project_may_be_named_by_its_number(world: Worlds) -> None:
    there = secure(world(YAML))
    proxy = next(one for one in there.cloud.compute.of("targetHttpsProxies"))
    proxy.body["sslCertificates"] = [one.replace(PRODUCER, "123456789012") for one in proxy.body["sslCertificates"]]
    show(there, NETWORK.replace(CONSUMER, "123456789013"))
    verification = there.verify()
    assert told(verification, "https-proxy") == [("holds", "hello-https-proxy has the certificate orders")]
    assert told(verification, "dns")[0][0] == "holds"


@pytest.mark.parametrize(
    "zone",
    [
        {"domain": "example.com."},
        {"domain": "shop.example.com."},
        {"domain": "ders.example.com."},
        {"domain": f"x.{HOST}."},
        {"domain": f"{HOST}.", "network": OTHER},
    ],
)
def test_zones_that_hide_nothing_are_no_matter(zone: dict[str, str], world: Worlds) -> None:
    there = secure(world(ZONE_OF_OTHERS))
    if "network" in zone:
        body = {"name": "other", "autoCreateSubnetworks": False}
        there.call("POST", f"/compute/v1/projects/{CONSUMER}/global/networks", body)
    make_zone(there, "another", zone.pop("domain"), record=False, **zone)
    assert told(there.verify(), "dns-hidden")[0][0] == "holds"


@pytest.mark.parametrize(
    ("method", "facts", "needs"),
    [
        (r"certificatemanager\..*", {"certificate"}, f"roles/certificatemanager.viewer on {PRODUCER}"),
        (r"dns\..*", {"dns", "dns-hidden"}, f"roles/dns.reader on {CONSUMER}"),
        (r"compute\.targetHttpsProxies\.get|compute\.regionTargetHttpsProxies\.get", {"load-balancer", "https-proxy"},
         f"roles/compute.viewer on {PRODUCER}"),
    ],
)  # fmt: skip
def test_what_may_not_be_read_is_said_with_the_role(method: str, facts: set[str], needs: str, world: Worlds) -> None:
    there = secure(world(YAML))
    there.cloud.faults.methods = [Failure(method, times=0, code=403, message="The caller does not have permission")]
    verification = there.verify()
    unknown = {one.fact: one.outcome for one in verification.told if one.outcome.state == "unknown"}
    assert unknown.keys() == facts
    assert {one.needs for one in unknown.values()} == {needs}
    assert verification.code == 0


def test_each_side_alone_has_its_own(world: Worlds) -> None:
    there = secure(world(YAML))
    assert {one.fact for one in there.verify("producer").told} & OURS == {"certificate", "https-proxy"}
    assert {one.fact for one in there.verify("consumer").told} & OURS == {"dns", "dns-hidden"}


@pytest.mark.parametrize(
    ("way", "made"),
    [
        (f"certificate: //certificatemanager.googleapis.com/{CERTIFICATE}", False),
        ("managed: {dns_zone: projects/dns-project/managedZones/example}", True),
        ("pem: {certificate: {secret: chain, version: 3}, key: {secret: key, version: 4}}", True),
    ],
)
def test_the_expected_certificate_is_the_configured_one(way: str, made: bool, world: Worlds) -> None:
    there = world(YAML.replace(f"certificate: {CERTIFICATE}", way))
    https = there.expected("producer")[0].published[0].https
    assert https is not None
    assert (https.host, https.made, len(https.certificates)) == (HOST, made, 1)
    place, _, name = https.certificates[0].rpartition("/")
    assert place == CERTIFICATE.rpartition("/")[0]
    assert name.startswith("hello-certificate-" if made else "orders")


def test_others_that_speak_https_are_not_judged(world: Worlds) -> None:
    rule = f"projects/{PRODUCER}/{HERE}/forwardingRules/others"
    subnet = f"projects/{PRODUCER}/{HERE}/subnetworks/nat"
    theirs = f"}}, forwarding_rule: {rule}, nat_subnets: [{subnet}], url: https://{HOST}"
    yaml = YAML.replace(f", certificate: {CERTIFICATE}}}", theirs)
    assert world(yaml).expected("producer")[0].published[0].https is None
