"""Values on their way to jsii's kernel and back, without the detours of jsii's own serialization.

Only what is plainly of a known kind is handled here: scalars, lists, dicts, generated structs, enumerations and objects
that the kernel knows. Everything else goes through jsii's own functions, so that its refusals are its own words.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping
from typing import Any

import jsii._kernel
from jsii._kernel.providers import process
from jsii._kernel.types import ObjRef

Wired = Any
_PLAIN = frozenset({str, int, float, bool, type(None)})

_encode = json.JSONEncoder(default=process.jdefault, separators=(",", ":")).encode


class Wire:
    """Turns Python values into what the kernel reads, for one jsii kernel."""

    def __init__(self, kernel: jsii._kernel.Kernel) -> None:
        """`kernel` is asked to make objects of values that only Python knows."""
        self._kernel = kernel
        self._kinds: dict[type, Callable[[Any], Wired]] = {}

    def value(self, given: Any) -> Wired:
        """One argument."""
        type_ = type(given)
        if type_ in _PLAIN:
            return given
        if type_ is list:
            return [self.value(item) for item in given]
        if type_ is dict:
            return {"$jsii.map": {key: self.value(item) for key, item in given.items()}}
        kind = self._kinds.get(type_)
        if kind is None:
            kind = self._kinds[type_] = self._kind(type_)
        return kind(given)

    def _kind(self, type_: type) -> Callable[[Any], Wired]:
        name = type_.__dict__.get("__jsii_type__")
        mapping = type_.__dict__.get("__jsii_name_mapping__")
        # A class of the app's own that inherits from a generated one may compute its values: jsii asks for each.
        if isinstance(name, str) and mapping is not None and not issubclass(type_, enum.Enum):
            return lambda given: self._struct(given, name, mapping)
        if isinstance(getattr(type_, "__jsii_type__", None), str) and isinstance(type_, jsii.JSIIMeta):
            return self._reference
        return self._otherwise

    def _struct(self, given: Any, name: str, mapping: Mapping[str, str]) -> Wired:
        values = getattr(given, "_values", None)
        # A required value that is None is for jsii to refuse.
        if type(values) is not dict or None in values.values():
            return self._otherwise(given)
        data = {mapping[key]: self.value(values[key]) for key in mapping if key in values}
        return {"$jsii.struct": {"fqn": name, "data": data}}

    def _reference(self, given: Any) -> Wired:
        reference = given.__dict__.get("__jsii_ref__") if hasattr(given, "__dict__") else None
        if type(reference) is not ObjRef and not isinstance(reference, ObjRef):
            return self._otherwise(given)
        return referred(reference)

    def _otherwise(self, given: Any) -> Wired:
        return jsii._kernel._make_reference_for_native(self._kernel, given)


def referred(reference: ObjRef) -> Wired:
    """An object that the kernel knows."""
    if reference.interfaces:
        return {"$jsii.byref": reference.ref, "$jsii.interfaces": reference.interfaces}
    return {"$jsii.byref": reference.ref}


def encoded(message: Mapping[str, Any]) -> bytes:
    """A message as one line, without its end.

    Raises:
        TypeError: jsii's own, for a value that cannot be sent.
    """
    return _encode(message).encode()


def decoded(line: bytes) -> dict[str, Any]:
    """An answer, with jsii's own objects for references, enumerations, dates and maps."""
    # Nearly all answers are free of them, and then no function of Python's runs per object.
    hook = process.ohook if b'"$jsii.' in line else None
    answer: dict[str, Any] = json.loads(line, object_hook=hook)
    return answer
