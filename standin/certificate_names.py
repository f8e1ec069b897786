"""The host names in a PEM certificate: all that the stand-in looks at of one. No signature, key or date is checked."""

from __future__ import annotations

import base64
import binascii
import re

# Subject Alternative Name, 2.5.29.17: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6.
_EXTENSION = bytes((0x06, 0x03, 0x55, 0x1D, 0x11))
_OCTETS, _SEQUENCE, _DNS_NAME = 0x04, 0x30, 0x82
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s*(.*?)\s*-----END CERTIFICATE-----", re.DOTALL)


def names_in(pem: str) -> list[str]:
    """The DNS names of the first certificate of a chain; none of what is no certificate."""
    try:
        found = _PEM.search(pem)
        content = base64.b64decode(found[1]) if found else b""
        at = content.index(_EXTENSION) + len(_EXTENSION)
        # A critical extension says so before its value.
        at += 3 if content[at] == 0x01 else 0
        _, value, _ = _element(content, at, _OCTETS)
        _, names, _ = _element(value, 0, _SEQUENCE)
        found_names, at = [], 0
        while at < len(names):
            tag, name, at = _element(names, at)
            found_names += [name.decode("ascii")] if tag == _DNS_NAME else []
    except (ValueError, IndexError, binascii.Error):
        return []
    return found_names


def _element(content: bytes, at: int, tag: int = 0) -> tuple[int, bytes, int]:
    """The element of DER at a place: tag, value, where the next begins. Raises ValueError for one of another tag."""
    if tag and content[at] != tag:
        raise ValueError(f"0x{content[at]:02x} in place of 0x{tag:02x}")
    length, start = content[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(content[at + 2 : start])
    return content[at], content[start : start + length], start + length
