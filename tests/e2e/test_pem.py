"""A certificate out of Secret Manager, live: it comes, is exchanged and goes, and no plan or state has its key."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployment.existing_certificates import KEY, chain_of
from handover.bundle import Wish
from standin.apis import secret_manager
from tests.e2e.conftest import CURRENT
from tests.e2e.handed import Handed
from tests.e2e.live import PRODUCER, Live
from tests.e2e.test_https import CERTIFICATE, HOST, HTTPS_PROXY, MANAGER, PRIVATE, PUBLIC, config, deployed, proxy

pytestmark = pytest.mark.e2e
OTHER_KEY = KEY.replace(KEY.splitlines()[1], base64.b64encode(b"another key, which no state holds").decode())
CHAIN, SECRET_KEY = (f"projects/{PRODUCER}/secrets/hello-{what}/versions" for what in ("chain", "key"))


def pem(chain: int = 3, key: int = 2, version: str = CURRENT, **https: Any) -> dict[str, Any]:
    secrets = {
        "certificate": {"secret": "hello-chain", "version": chain},
        "key": {"secret": "hello-key", "version": key},
    }
    return config(version, https={"pem": secrets} | https)


def put(live: Live, path: str, content: str) -> None:
    secret_manager.put(live.standin.cloud, path, content)


def uploaded(live: Live) -> list[tuple[str, str]]:
    """Chain and key of each certificate that was uploaded, as Google has them."""
    bodies = [record.body.get("selfManaged") for record in live.standin.cloud.certificates.values()]
    return [(body["pemCertificate"], body["pemPrivateKey"]) for body in bodies if body]


def kept(live: Live) -> str:
    """Everything that Terraform has written: states, their backups, plans."""
    files = [file for file in live.folder.rglob("*") if file.is_file() and "home" not in file.parts]
    named = [file for file in files if file.name == "plan" or ".tfstate" in file.name]
    assert {re.sub(r".*\.", "", file.name) for file in named} >= {"tfstate"}
    return "\n".join(file.read_bytes().decode("latin-1") for file in named)


@pytest.mark.parametrize("version", [CURRENT, "8.0.0"])
def test_pem_comes_is_exchanged_and_goes(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    chain = chain_of(HOST) + chain_of("an authority")
    for path, content in ((f"{CHAIN}/4", chain), (f"{SECRET_KEY}/7", OTHER_KEY)):
        put(live, path, content)
    deployed(live, config(version, https={"certificate": f"{MANAGER}/hello"}))
    steps: list[tuple[dict[str, Any], str]] = [
        (pem(version=version), "created"),
        (pem(4, 7, version), "replaced"),
        (config(version, https=PUBLIC), "replaced"),
        (pem(4, 7, version), "replaced"),
        (config(version, https=PRIVATE), "replaced"),
        (pem(version=version), "replaced"),
    ]
    for wanted, change in steps:
        outcome = deployed(live, wanted)
        assert (outcome.changes[CERTIFICATE], outcome.changes[HTTPS_PROXY]) == (change, "updated")
        assert set(outcome.connections.values()) == {"kept"}
        if wanted == pem(4, 7, version):
            assert (chain, OTHER_KEY) in uploaded(live)
    taken = deployed(live, config(version, https={"certificate": f"{MANAGER}/hello"}))
    assert (taken.changes[CERTIFICATE], set(taken.connections.values())) == ("destroyed", {"kept"})
    deployed(live, pem(4, 7, version))
    for key in (KEY, OTHER_KEY):
        line = key.splitlines()[1]
        assert not re.search(f"{line}|{base64.b64decode(line).decode()}", kept(live))
    assert chain.splitlines()[1] in kept(live), "a chain is what every client is shown"
    assert [one for one in live.destroy().findings if not one.startswith("left over")] == []


def test_a_chain_of_another_host_never_gets_to_the_proxy(empty: Callable[[], Live]) -> None:
    live = empty()
    first = deployed(live, pem())
    put(live, f"{CHAIN}/4", chain_of("other.example.com"))
    refused = live.deploy(pem(4))
    assert not refused.went
    assert f"The certificate is of other.example.com, not of {HOST}" in refused.findings[0]
    before = proxy(first)["sslCertificates"]
    assert proxy(refused)["sslCertificates"] == before
    put(live, f"{CHAIN}/5", chain_of(HOST))
    mended = deployed(live, pem(5))
    assert set(mended.connections.values()) == {"kept"}
    assert proxy(mended)["sslCertificates"] != before
    assert len(uploaded(live)) == 1, "nothing of the refused one is left"
    other = live.deploy(pem(5, host="elsewhere.example.com"))
    assert f"is of {HOST}, not of elsewhere.example.com" in other.findings[0]
    assert other.changes == {}


def test_a_key_among_the_chain_is_refused_before_the_state_has_it(empty: Callable[[], Live]) -> None:
    live = empty()
    put(live, f"{CHAIN}/3", chain_of(HOST) + OTHER_KEY)
    refused = live.deploy(pem())
    assert not refused.went
    assert f"Version 3 of projects/{PRODUCER}/secrets/hello-chain holds a private key" in refused.findings[0]
    assert OTHER_KEY.splitlines()[1] not in kept(live)
    put(live, f"{SECRET_KEY}/9", chain_of(HOST))
    put(live, f"{CHAIN}/9", chain_of(HOST))
    no_key = live.deploy(pem(9, 9))
    assert f"Version 9 of projects/{PRODUCER}/secrets/hello-key holds no private key as PEM" in no_key.findings[0]


def test_a_version_that_is_not_there_is_named_by_the_plan(empty: Callable[[], Live]) -> None:
    live = empty()
    wanted = pem()
    deployed(live, wanted)
    live.standin.cloud.secrets[f"projects/{PRODUCER}/secrets/hello-key"].versions[2]["state"] = "DISABLED"
    refused = live.deploy(wanted)
    assert not refused.went
    assert "is in DISABLED state" in refused.findings[0]


@pytest.mark.parametrize("format_", ["json", "hcl"])
def test_a_bundle_exchanges_the_certificate_by_its_variable(
    format_: str, empty: Callable[[], Live], tmp_path: Path
) -> None:
    live = empty()
    deployed(live, pem())
    handed = Handed.of(live, tmp_path / "bundle", Wish(format=format_))
    handed.lay_out_states()
    handed.types_section("State")
    handed.types("terraform -chdir=producer init")
    assert "Plan: 0 to add, 0 to change, 0 to destroy." in handed.types("terraform -chdir=producer plan")
    chain = chain_of(HOST) + chain_of("an authority")
    put(live, f"{CHAIN}/4", chain)
    put(live, f"{SECRET_KEY}/7", OTHER_KEY)
    place = {"project": PRODUCER}
    wanted = {"certificate": place | {"secret": "hello-chain", "version": "4"}}
    wanted["key"] = place | {"secret": "hello-key", "version": "7"}
    given = shlex.quote(f"hello_pem={json.dumps(wanted)}")
    said = handed.types(f"terraform -chdir=producer apply -auto-approve -var {given}")
    assert "0 added, 1 changed, 0 destroyed" in said
    assert uploaded(live) == [(chain, OTHER_KEY)]
