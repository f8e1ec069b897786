"""What stands for certificates that others have, and for the PEM that some are made of: names, and nothing secret."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from cloudrun_psc.rules import certificates
from deployment.kinds.certificates import CERTIFICATE
from deployment.kinds.load_balancer import HTTPS_PROXY
from deployment.kinds.secrets import EPHEMERAL_VERSION, VERSION
from deployment.stack import blocks, texts
from deployment.values import Json
from stacks.contract import HOST

_LINK = re.compile(certificates.CERTIFICATE)
_UNTOLD = "existing.example.com"


def of_proxies(content: Json) -> Iterator[tuple[str, Json]]:
    """The certificates that HTTPS proxies have, of the host that outputs name: link and what their API takes."""
    for name, values in content.get("resource", {}).get(HTTPS_PROXY.type, {}).items():
        chain = chain_of(_host(content, name))
        for link in filter(_LINK.fullmatch, texts(values, "certificate_manager_certificates")):
            yield link, {"selfManaged": {"pemCertificate": chain, "pemPrivateKey": KEY}}
        for link in filter(_LINK.fullmatch, texts(values, "ssl_certificates")):
            yield link, {"name": link.rpartition("/")[2], "certificate": chain, "privateKey": KEY}


def in_secrets(content: Json) -> Iterator[tuple[str, str]]:
    """What is in the versions of secrets that certificates are made of, by their paths."""
    for name, values in content.get("resource", {}).get(CERTIFICATE.type, {}).items():
        for block in blocks(values, "self_managed"):
            for key, text in (("pem_certificate", chain_of(_host(content, name))), ("pem_private_key_wo", KEY)):
                yield from ((path, text) for path in _versions(content, str(block.get(key))))


def _versions(content: Json, expression: str) -> Iterator[str]:
    """The version of a secret that an expression reads."""
    for kind in (VERSION, EPHEMERAL_VERSION):
        section, _, type_ = kind.type.rpartition(".")
        for name, values in content.get(section, {}).get(type_, {}).items():
            if f"{kind.type}.{name}." in expression:
                yield f"projects/{values['project']}/secrets/{values['secret']}/versions/{values['version']}"


def _host(content: Json, name: str) -> str:
    return str(content.get("output", {}).get(f"{name}_{HOST}", {}).get("value", _UNTOLD))


def chain_of(host: str) -> str:
    """What stands for a host's certificate: its name, in the place where one has it."""
    names = bytes.fromhex("0603551d11") + _der(0x04, _der(0x30, _der(0x82, host.encode())))
    return _pem("CERTIFICATE", _der(0x30, names))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    return bytes((tag,)) + (bytes((length,)) if length < 0x80 else b"\x82" + length.to_bytes(2)) + content


def _pem(label: str, content: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.b64encode(content).decode()}\n-----END {label}-----\n"


# What stands for a private key.
KEY = _pem("PRIVATE KEY", b"none: nothing is encrypted in a rehearsal")
