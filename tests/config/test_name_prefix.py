"""`name_prefix`: what it stands in front of, what it leaves alone, and what becomes too long by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import Loaded, load
from config.problems import ConfigurationError
from config.settings.section import is_given
from tests.conftest import REFERENCE, Synthesized

TEXT = """\
name_prefix: PREFIX
producer:
  project: producer-project
  services:
    hello: {}
consumers:
  consumer:
    project: consumer-project
    endpoints:
      psc-endpoint: {service: hello}
"""
# Kinds whose name is no name of a resource: an API, an account's role, a record.
NAMELESS = {"google_project_service", "google_cloud_run_v2_service_iam_member", "terraform_data"}


def loaded(folder: Path, text: str) -> Loaded:
    file = folder / "tried.yaml"
    file.write_text(text)
    return load(REFERENCE, {"PSC_CONFIG": str(file)})


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(folder, text)
    return [str(problem).rpartition("tried.yaml:")[2] for problem in caught.value.problems]


def names(stacks: Synthesized) -> dict[str, str]:
    """Every resource's name by stack and address."""
    return {
        f"{stack}/{kind}.{address}": resource["name"]
        for stack, content in stacks.items()
        for kind, resources in content["resource"].items()
        if kind not in NAMELESS
        for address, resource in resources.items()
    }


def test_it_stands_in_front_of_every_name_and_changes_no_address(
    synth: Callable[..., Synthesized], tmp_path: Path
) -> None:
    file = tmp_path / "tried.yaml"
    file.write_text(TEXT.replace("name_prefix: PREFIX\n", ""))
    plain = names(synth(PSC_CONFIG=str(file)))
    file.write_text(TEXT.replace("PREFIX", "staging"))
    prefixed = names(synth(PSC_CONFIG=str(file)))
    assert len(plain) == 17
    assert prefixed == {address: f"staging-{name}" for address, name in plain.items()}


def test_what_a_file_names_keeps_its_name(tmp_path: Path) -> None:
    text = TEXT.replace("PREFIX", "staging").replace("hello: {}", "hello: {names: {url_map: ours}}")
    text = text.replace("{service: hello}", "{service: hello, name: way-in}")
    text += "    test_vm: {name: trial}\n    network: {name: our-net}\n"
    settings = loaded(tmp_path, text).settings
    assert settings.producer is not None
    consumer, service = settings.consumers["consumer"], settings.producer.services["hello"]
    assert (service.names.url_map, service.names.http_proxy) == ("ours", "staging-hello-http-proxy")
    assert (consumer.network.name, consumer.network.subnet.name) == ("our-net", "staging-consumer-subnet")
    assert (consumer.test_vm.name, consumer.test_vm.firewall_name) == ("trial", "staging-allow-iap-ssh")
    # It follows the endpoint's name, which is given.
    assert consumer.endpoints["psc-endpoint"].address_name == "way-in-ip"


def test_a_former_key_keeps_the_names_with_it(tmp_path: Path) -> None:
    text = TEXT.replace("PREFIX", "staging").replace("hello: {}", "greeter: {former_key: hello}")
    settings = loaded(tmp_path, text.replace("service: hello", "service: greeter")).settings
    assert settings.producer is not None
    assert settings.producer.services["greeter"].names.service == "staging-hello-service"


@pytest.mark.parametrize("prefix", ["Staging", "staging-", "a--b", "1a", "", "a_b", "a" * 21])
def test_a_prefix_that_is_none_is_one_problem(prefix: str, tmp_path: Path) -> None:
    (told,) = said(tmp_path, TEXT.replace("PREFIX", repr(prefix)))
    assert told.startswith(f"1: name_prefix: {prefix!r} is not a prefix for names; ")


def test_a_name_that_becomes_too_long_with_it_is_told_with_the_way(tmp_path: Path) -> None:
    text = TEXT.replace("PREFIX", "a" * 20).replace("hello", "h" * 30)
    told = said(tmp_path, text)
    assert [one.split(": ")[1].rpartition(".")[2] for one in told] == [
        "backend_service",
        "forwarding_rule",
        "network_endpoint_group",
        "service",
        "service_attachment",
    ]
    assert f"'{'a' * 20}-{'h' * 30}-service' is not a valid name for a Cloud Run service (59 characters)" in told[3]
    assert all(one.endswith("; shorten name_prefix, or write a shorter name here") for one in told)


def test_it_leaves_room_for_what_a_later_edit_adds(tmp_path: Path) -> None:
    text = TEXT.replace("PREFIX", "a" * 10).replace("hello", "h" * 30)
    (told,) = said(tmp_path, text)
    rule = f"'{'a' * 10}-{'h' * 30}-forwarding-rule'"
    assert f"names.forwarding_rule: {rule} has 57 characters; allowed: at most 56" in told
    assert told.endswith("; shorten name_prefix, or write a shorter name here")


def test_an_address_that_is_fixed_counts_too(tmp_path: Path) -> None:
    text = TEXT.replace("PREFIX", "a" * 20).replace("hello: {}", f"{'h' * 18}: {{address: 10.0.1.100}}")
    (told,) = said(tmp_path, text.replace("service: hello", f"service: {'h' * 18}"))
    assert "with the address 10.0.1.100 it becomes " in told
    assert told.endswith("; shorten name_prefix, or write a shorter name here")


def test_a_key_that_is_none_is_one_problem_with_it_too(tmp_path: Path) -> None:
    (told,) = said(tmp_path, TEXT.replace("PREFIX", "staging").replace("psc-endpoint", "Psc_Endpoint"))
    assert told.startswith("10: consumers.consumer.endpoints.Psc_Endpoint: 'Psc_Endpoint' is not a key")


def test_its_origin_is_told(tmp_path: Path) -> None:
    origins = loaded(tmp_path, TEXT.replace("PREFIX", "staging")).origins
    assert origins["producer", "network", "name"] == "derived from name_prefix"
    assert origins["producer", "services", "hello", "names", "service"] == "derived from name_prefix"


@pytest.mark.parametrize(("text", "given"), [("", False), ("names: {forwarding_rule: hello-forwarding-rule}", True)])
def test_what_the_file_names_is_told_from_what_is_derived(text: str, given: bool, tmp_path: Path) -> None:
    settings = loaded(tmp_path, TEXT.replace("PREFIX", "staging").replace("hello: {}", f"hello: {{{text}}}")).settings
    assert settings.producer is not None
    assert is_given(settings.producer.services["hello"].names, "forwarding_rule") is given
    assert not is_given(settings.producer.network, "nat_subnet_name")
    assert not is_given(settings.producer.network.load_balancer_subnet, "name")
