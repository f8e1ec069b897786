"""A certificate out of Secret Manager: what is read where, under which name, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import Https, PemCertificate, SecretReference
from tests.conftest import Json
from tests.constructs.test_load_balancer import balancer

Resources = Callable[[], dict[str, Json]]
CERTIFICATE = "google_certificate_manager_certificate.hello"
CHAIN = "data.google_secret_manager_secret_version_access.hello"
READ = "ephemeral.google_secret_manager_secret_version.hello"


def secret(name: str, version: str) -> SecretReference:
    return SecretReference(secret=name, version=version)


def pem(stack: TerraformStack, id_: str = "made", **given: Any) -> PemCertificate:
    default: dict[str, Any] = {"project": "our-project", "region": "europe-west1", "name": "hello-certificate",
        "host": "a.example.com", "certificate": secret("chain", "3"), "key": secret("key", "7"),
        "address": "hello"}  # fmt: skip
    return PemCertificate(stack, id_, **(default | given))


def test_the_key_is_read_for_one_run_and_only_written(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack, https=Https(certificate=pem(stack, key=secret("projects/keys/secrets/hello", "7"))))
    made = resources()
    assert made[CERTIFICATE]["self_managed"] == {
        "pem_certificate": f"${{{CHAIN}.secret_data}}",
        "pem_private_key_wo": f"${{{READ}_key.secret_data}}",
        "pem_private_key_wo_version": "7",
    }
    assert made[f"{READ}_key"] == {"project": "keys", "secret": "hello", "version": "7"}
    assert (made[CHAIN]["project"], made[CHAIN]["secret"], made[CHAIN]["version"]) == ("our-project", "chain", "3")
    readers = {address for address, values in made.items() if f"{READ}_key" in str(values)}
    assert readers == {CERTIFICATE}, "nothing else comes near the key"
    proxy = made["google_compute_region_target_https_proxy.hello"]
    assert proxy["certificate_manager_certificates"] == [f"${{{CERTIFICATE}.id}}"]


def test_a_chain_is_asked_for_a_key_before_the_state_reads_it(stack: TerraformStack, resources: Resources) -> None:
    pem(stack)
    made = resources()
    no_key, chain = (each["condition"] for each in made[CHAIN]["lifecycle"]["precondition"])
    assert no_key == f'${{!strcontains({READ}_certificate.secret_data, "PRIVATE KEY-----")}}'
    assert chain == f'${{strcontains({READ}_certificate.secret_data, "-----BEGIN CERTIFICATE-----")}}'
    # `terraform show -json` of 1.11 crashes on a plan with a condition there.
    assert not any("lifecycle" in made[f"{READ}_{part}"] for part in ("certificate", "key"))
    (covers,) = made[CERTIFICATE]["lifecycle"]["postcondition"]
    assert '["a.example.com", "*.example.com"]' in covers["condition"]


def test_another_version_of_either_is_another_certificate(stack: TerraformStack) -> None:
    edits: list[dict[str, Any]] = [
        {}, {"certificate": secret("chain", "4")}, {"key": secret("key", "8")}, {"key": secret("other-key", "7")},
    ]  # fmt: skip
    made = {pem(stack, f"m{at}", address=f"m{at}", **edit).resource.name_input for at, edit in enumerate(edits)}
    assert len(made) == len(edits)
    same = pem(stack, "same", address="same", key=secret("projects/our-project/secrets/key", "7"), host="b.example.com")
    assert same.resource.name_input in made
    assert same.resource.lifecycle
    assert same.resource.lifecycle.create_before_destroy is True


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"key": SecretReference(secret="key")}, "key.version: 'latest' is not a version's number"),
        ({"certificate": secret("chain", "0")}, "certificate.version: '0' is not a version's number"),
        ({"key": secret("projects/our-project/secrets/chain", "3")}, "key: is the version that the certificate is in"),
        ({"host": "localhost"}, "host: 'localhost' is not a host name"),
        ({"name": "h" * 60}, "name: 'h.* has 60 characters"),
    ],
)
def test_what_is_refused(given: dict[str, Any], refusal: str, stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=f"made: {refusal}"):
        pem(stack, **given)
