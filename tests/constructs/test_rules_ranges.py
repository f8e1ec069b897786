"""Ranges and addresses as Google Cloud's VPC takes them."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudrun_psc.rules import ranges


@pytest.mark.parametrize(
    "value", ["10.0.1.0/24", "10.0.0.0/29", "192.168.0.0/16", "172.16.0.0/12", "100.64.0.0/10", "8.0.0.0/8"]
)
def test_a_network_is_taken(value: str) -> None:
    assert ranges.subnet_range(value) is None


@pytest.mark.parametrize(
    ("value", "wrong", "remedy"),
    [
        ("10.0.1.0", "'10.0.1.0' has no prefix length", "add it, for example /24"),
        ("", "'' has no prefix length", "write ADDRESS/PREFIX"),
        ("hello/24", "'hello/24' is not a network", "write ADDRESS/PREFIX"),
        ("10.0.1.0/33", "'10.0.1.0/33' is not a network", "write ADDRESS/PREFIX"),
        ("10.0.1.0/-1", "'10.0.1.0/-1' is not a network", "write ADDRESS/PREFIX"),
        ("10.0.1.0/24/24", "'10.0.1.0/24/24' is not a network", "write ADDRESS/PREFIX"),
        ("10.0.1.0/24\n", "'10.0.1.0/24\\n' has spaces or leading zeros in it", "did you mean '10.0.1.0/24'?"),
        ("10.0.1.7/24", "'10.0.1.7/24' has host bits set", "did you mean '10.0.1.0/24'?"),
        ("10.0.1.0/255.255.255.0", "has no plain prefix length", "did you mean '10.0.1.0/24'?"),
        ("10.0.1.0/024", "has spaces or leading zeros in it", "did you mean '10.0.1.0/24'?"),
        ("fd00::/64", "'fd00::/64' is IPv6, IPv4 is needed", "give an IPv4 range"),
        ("10.0.1.0/30", "10.0.1.0/30 is too small (4 addresses)", "take at least a /29, for example '10.0.1.0/29'"),
        ("127.0.0.0/24", "Google Cloud prohibits 127.0.0.0/24", "take private addresses"),
        ("169.254.0.0/16", "Google Cloud prohibits", "take private addresses"),
        ("224.0.0.0/24", "Google Cloud prohibits", "take private addresses"),
        ("0.0.0.0/0", "Google Cloud prohibits", "take private addresses"),
        ("199.36.153.0/24", "Google Cloud prohibits", "take private addresses"),
    ],
)
def test_anything_else_is_refused_with_a_remedy(value: str, wrong: str, remedy: str) -> None:
    fault = ranges.subnet_range(value)
    assert fault is not None
    assert wrong in fault.wrong
    assert fault.remedy.startswith(remedy)
    assert fault.allowed == "an IPv4 network such as 10.0.1.0/24, at least /29"


def test_a_proxy_only_range_is_at_least_a_26() -> None:
    assert ranges.subnet_range("10.0.2.0/26", ranges.PROXY_ONLY_PREFIX) is None
    fault = ranges.subnet_range("10.0.2.0/27", ranges.PROXY_ONLY_PREFIX)
    assert fault is not None
    assert fault.sentence() == (
        "10.0.2.0/27 is too small (32 addresses); allowed: an IPv4 network such as 10.0.1.0/24, at least /26; "
        "take at least a /26, for example '10.0.2.0/26'"
    )


@pytest.mark.parametrize("value", ["10.1.0.2", "10.1.0.5", "10.1.0.253"])
def test_an_address_inside_the_subnet_is_taken(value: str) -> None:
    assert ranges.address_in_subnet(value, "10.1.0.0/24") is None


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("10.1.0.0", "10.1.0.0 is reserved in 10.1.0.0/24"),
        ("10.1.0.1", "10.1.0.1 is reserved in 10.1.0.0/24"),
        ("10.1.0.254", "10.1.0.254 is reserved in 10.1.0.0/24"),
        ("10.1.0.255", "10.1.0.255 is reserved in 10.1.0.0/24"),
        ("10.2.0.5", "10.2.0.5 is outside the subnet's range 10.1.0.0/24"),
        ("10.1.0", "'10.1.0' is not an IP address"),
        ("010.1.0.5", "'010.1.0.5' has spaces or leading zeros in it"),
        ("10.1.0.5/32", "'10.1.0.5/32' is not an IP address"),
        ("fd00::5", "'fd00::5' is IPv6, IPv4 is needed"),
        ("", "'' is not an IP address"),
    ],
)
def test_another_address_is_refused(value: str, wrong: str) -> None:
    fault = ranges.address_in_subnet(value, "10.1.0.0/24")
    assert fault is not None
    assert fault.wrong.startswith(wrong)
    assert fault.allowed
    assert fault.remedy


def test_every_overlap_is_found_once() -> None:
    given_ = {"a": "10.0.0.0/16", "b": "10.0.3.0/24", "c": "10.1.0.0/16", "d": "10.0.3.0/24"}
    assert ranges.overlaps(given_) == [("a", "b"), ("a", "d"), ("b", "d")]
    fault = ranges.overlap_fault("10.0.3.0/24", "a", "10.0.0.0/16")
    assert fault.wrong == "10.0.3.0/24 overlaps 10.0.0.0/16 (a) in the same network"


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(text=st.text(max_size=30) | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}", fullmatch=True))
def test_any_text_is_a_network_or_refused_and_a_proposal_is_good(text: str) -> None:
    fault = ranges.subnet_range(text)
    if fault is None:
        assert str(IPv4Network(text)) == text
    else:
        assert fault.sentence().isprintable()
        if fault.remedy.startswith("did you mean"):
            assert IPv4Network(fault.remedy.split("'")[1])
