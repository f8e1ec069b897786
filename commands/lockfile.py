"""Pipfile.lock as pip's requirements: exact versions, hashes and markers, nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from commands.cdk import CDKS, Cdk

# How the lock calls Pipfile's [packages], [dev-packages] and [rehearse].
_GROUPS = ("default", "develop", "rehearse")


def requirements(lock: Path, cdk: Cdk) -> str:
    """The locked packages, one per line with its hashes; the project's own distributions and other CDKs are left out.

    Raises:
        ValueError: when the file is no lock, or an entry has no version or hash.
    """
    try:
        content = json.loads(lock.read_text(encoding="utf-8"))
        others = {name for other in CDKS.values() if other != cdk for name in (other.name, other.bindings)}
        lines: dict[str, str] = {}
        for group in dict.fromkeys((*_GROUPS, cdk.group)):
            for name, entry in content.get(group, {}).items():
                if "path" not in entry and name not in others:
                    lines[name] = _line(name, entry)
    except (OSError, AttributeError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{lock.name}: not a lock that can be installed ({error}); `git checkout {lock.name}`"
        ) from error
    return "".join(f"{line}\n" for _, line in sorted(lines.items()))


def _line(name: str, entry: dict[str, object]) -> str:
    hashes = entry["hashes"]
    if not isinstance(hashes, list) or not hashes:
        raise KeyError(f"{name} has no hashes")
    marker = f" ; {entry['markers']}" if "markers" in entry else ""
    return f"{name}{entry['version']}{marker} " + " ".join(f"--hash={digest}" for digest in sorted(hashes))


def digest(text: str) -> str:
    """A short name for exactly this content."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
