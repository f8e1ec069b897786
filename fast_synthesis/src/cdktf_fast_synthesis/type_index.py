"""jsii's runtime index of an assembly's types (its format 1), made without parsing the assembly.

An assembly is pretty-printed JSON, 98 MB for the google provider. What the index needs is where each type's definition
begins and ends, its name and its kind; all three stand at fixed depths of indentation.
"""

from __future__ import annotations

import json
from array import array
from pathlib import Path
from typing import Any

_TYPES = b'\n  "types": {\n'
_END_OF_TYPES = b"\n  }"
_END_OF_TYPE = b"\n    }"
_KINDS = {b"class": 0, b"interface": 1, b"enum": 2}


def write_type_index(assembly: bytes, folder: Path) -> None:
    """Write manifest, columns and definitions into `folder`, as jsii's `runtime-index.ts` does.

    Raises:
        ValueError: when the assembly is not laid out as expected.
    """
    start = assembly.find(_TYPES)
    if start < 0 or assembly.find(_TYPES, start + 1) >= 0:
        raise ValueError("the assembly has no types where they are expected")
    names: list[bytes] = []
    kinds = bytearray()
    offsets, end = array("I", [0]), start + len(_TYPES) - 1
    with open(folder / ".jsii.runtime-defs.v1.jsonl", "wb") as definitions:
        while True:
            name, kind, begin, after = _type_at(assembly, end)
            names.append(name)
            kinds.append(_KINDS[kind])
            definitions.write(memoryview(assembly)[begin:after])
            offsets.append(offsets[-1] + after - begin)
            end = after
            if assembly[end : end + 1] != b",":
                break
            end += 1
    if not assembly.startswith(_END_OF_TYPES, end):
        raise ValueError("the assembly's types do not end where they are expected to")
    metadata = json.loads(assembly[: start + len(_TYPES)] + assembly[end:])
    _write(folder, b"\n".join(names), bytes(kinds), _little_endian(offsets), metadata)


def _type_at(assembly: bytes, end: int) -> tuple[bytes, bytes, int, int]:
    """Name, kind, begin and end of the definition that follows a line break at `end`."""
    if not assembly.startswith(b'\n    "', end):
        raise ValueError("a type does not begin where it is expected to")
    close = assembly.index(b'": {\n', end)
    name = assembly[end + 6 : close]
    begin = close + 3
    after = assembly.index(_END_OF_TYPE, begin) + len(_END_OF_TYPE)
    kind_at = assembly.find(b'\n      "kind": "', begin, after)
    named = assembly.find(b'\n      "fqn": "' + name + b'"', begin, after) >= 0
    kind = assembly[kind_at + 16 : assembly.index(b'"', kind_at + 16)]
    if not named or kind_at < 0 or kind not in _KINDS or b"\\" in name:
        raise ValueError(f"the type {name.decode(errors='replace')} is not described as expected")
    return name, kind, begin, after


def _little_endian(offsets: array[int]) -> bytes:
    if offsets.itemsize != 4:
        raise ValueError("this machine's unsigned int has not 32 bits")
    import sys

    if sys.byteorder == "big":
        offsets.byteswap()
    return offsets.tobytes()


def _write(folder: Path, names: bytes, kinds: bytes, offsets: bytes, assembly: dict[str, Any]) -> None:
    # What the kernel never reads, as in jsii's own index.
    metadata = {key: value for key, value in assembly.items() if key not in {"types", "readme", "submodules"}}
    layout = {
        "typeCount": len(kinds),
        "names": {"start": 0, "length": len(names)},
        "kinds": {"start": len(names), "length": len(kinds)},
        "offsets": {"start": len(names) + len(kinds), "length": len(offsets)},
    }
    (folder / ".jsii.runtime-index.v1").write_bytes(names + kinds + offsets)
    manifest = {
        "schema": "jsii/runtime-index",
        "version": 1,
        "index": ".jsii.runtime-index.v1",
        "defs": ".jsii.runtime-defs.v1.jsonl",
        "assemblyMetadata": metadata,
        "layout": layout,
    }
    (folder / ".jsii.runtime.v1.json").write_text(json.dumps(manifest), encoding="utf-8")
