"""HTTPS that is found: its certificate, host and TLS as keys, or why no key says it; and which name leads to it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from deployment.values import Json
from live.discover.https import https, zone_of
from live.failures import AnswerError, ApiOffError, NotAllowedError
from live.reader import Reader

MANAGER = "projects/producing/locations/europe-west1/certificates/c"
COMPUTE = "projects/producing/regions/europe-west1/sslCertificates/c"
MODERN = {"profile": "MODERN", "minTlsVersion": "TLS_1_2"}
SERVICE = {"customAudiences": ["https://else.example.com", "https://a.example.com"]}
NETWORK = "projects/c/global/networks/n"


class Told:
    """A reader that knows a few answers, or one error."""

    def __init__(self, answers: dict[str, Any] | None = None, error: AnswerError | None = None) -> None:
        self.answers, self.error = answers or {}, error

    def get(self, id_: str, **_: Any) -> Json | None:
        if self.error:
            raise self.error
        return cast("Json | None", self.answers.get(id_))

    def at(self, link: str) -> Json | None:
        return self.get(link)

    def pages(self, id_: str, field: str, **_: Any) -> Any:
        yield from (self.get(id_) or {}).get(field, [])


def reader(answers: dict[str, Any] | None = None, error: AnswerError | None = None) -> Reader:
    return cast(Reader, Told(answers, error))


OF_MANAGER = reader({"certificatemanager.projects.locations.certificates.get": {"sanDnsnames": ["*.example.com"]}})


def proxy(*certificates: str, **more: Any) -> Json:
    return {
        "name": "x",
        "sslCertificates": [f"//certificatemanager.googleapis.com/{one}" for one in certificates],
        **more,
    }


def test_host_certificate_and_tls_are_said() -> None:
    one = reader({"certificatemanager.projects.locations.certificates.get": {"sanDnsnames": ["a.example.com"]}})
    told, odd = https(proxy(MANAGER), MODERN, SERVICE, one)
    assert odd == ""
    assert told == {"host": "a.example.com", "certificate": MANAGER, "tls": "MODERN"}
    of_compute = reader({COMPUTE: {"subjectAlternativeNames": ["a.example.com", "b.example.com"]}})
    told, _ = https(proxy(COMPUTE), {**MODERN, "profile": "RESTRICTED"}, SERVICE, of_compute)
    assert told == {"host": "a.example.com", "certificate": COMPUTE, "tls": "RESTRICTED"}


def test_a_wildcard_is_of_the_one_audience_that_it_covers() -> None:
    service = {"customAudiences": ["https://a.b.example.com", "https://a.example.com"]}
    assert https(proxy(MANAGER), MODERN, service, OF_MANAGER)[0]["host"] == "a.example.com"


@pytest.mark.parametrize(
    ("proxy", "policy", "service", "says"),
    [
        (proxy(MANAGER, COMPUTE), MODERN, SERVICE, "has 2 certificates"),
        (proxy("projects/producing/global/sslCertificates/c"), MODERN, SERVICE, "one that is not regional"),
        (proxy(MANAGER, serverTlsPolicy="x"), MODERN, SERVICE, "serverTlsPolicy"),
        (proxy(MANAGER), {}, SERVICE, "is none, which no key says"),
        (proxy(MANAGER), {"profile": "COMPATIBLE", "minTlsVersion": "TLS_1_0"}, SERVICE, "COMPATIBLE from TLS_1_0"),
        (proxy(MANAGER), MODERN, {}, r"is of \*.example.com, of which not one is an audience"),
        (proxy(MANAGER), MODERN, {"customAudiences": ["https://a.other.com"]}, "not one is an audience of the service"),
    ],
)
def test_what_no_key_says_is_named(proxy: Json, policy: Json, service: Json, says: str) -> None:
    told, odd = https(proxy, policy, service, OF_MANAGER)
    assert told == {}
    assert says.replace("\\", "") in odd


def zone(**more: Any) -> Json:
    seen = {"networks": [{"networkUrl": f"https://compute/v1/{NETWORK}"}]}
    return {"name": "z", "dnsName": "example.com.", "privateVisibilityConfig": seen, **more}


@pytest.mark.parametrize(
    ("zone", "record", "found"),
    [
        (zone(), ["10.1.0.5"], "projects/c/managedZones/z"),
        (zone(), ["10.1.0.6"], ""),
        (zone(dnsName="ample.com."), ["10.1.0.5"], ""),
        (zone(privateVisibilityConfig={}), ["10.1.0.5"], ""),
    ],
)
def test_the_zone_is_the_one_whose_record_leads_there(zone: Json, record: list[str], found: str) -> None:
    there = reader(
        {"dns.managedZones.list": {"managedZones": [zone]}, "dns.resourceRecordSets.get": {"rrdatas": record}}
    )
    assert zone_of("a.example.com", "10.1.0.5", NETWORK, "c", there) == (found, "")


def test_zones_that_may_not_be_read_are_a_remark() -> None:
    off = reader(error=ApiOffError("off", "dns.managedZones.list", "enable it"))
    assert zone_of("a.example.com", "10.1.0.5", NETWORK, "c", off) == ("", "")
    denied = reader(error=NotAllowedError("you may not", "dns.managedZones.list", "roles/dns.reader on c"))
    found, remark = zone_of("a.example.com", "10.1.0.5", NETWORK, "c", denied)
    assert found == ""
    assert "a.example.com is not known (you may not)" in remark
