"""Questions to the kernel whose answer is known already: what never changes once it was told, and what is plain.

Constructs ask for their node, their path and their stack again and again, and whether a value is a token; each question
is a round trip to the other process.
"""

from __future__ import annotations

from typing import Any

from jsii import _reference_map
from jsii._kernel.types import ObjRef

from cdktf_fast_synthesis.fitting import Cdk

# `readonly` fields in constructs 10, or computed from nothing but these: a node is never moved or renamed.
_CONSTRUCT, _NODE = "constructs.Construct", "constructs.Node"
_FIXED = {_CONSTRUCT: frozenset({"node"}), _NODE: frozenset({"id", "path"})}
# Both packages write tokens into strings as ${TfToken[…]}, and into numbers as doubles far beyond this.
_IN_STRINGS = "TfToken["
_LARGEST = 2**53


class KnownAnswers:
    """What the kernel has told and cannot tell differently later."""

    def __init__(self, cdk: Cdk) -> None:
        """`cdk` is the package that the app uses: its names are known, of others everything is asked for."""
        self._stack, self._token = f"{cdk.module}.TerraformStack", f"{cdk.module}.Token"
        self._pass_scope_on = ("constructs.", f"{cdk.module}.", f"{cdk.bindings_assembly}.")
        self._properties: dict[tuple[str, str], Any] = {}
        self._stacks: dict[str, Any] = {}
        self._fixed: dict[type, frozenset[str]] = {}
        self._kinds: dict[type, str] = {}

    def keep_created(self, obj: Any, args: list[Any] | None) -> None:
        """Remember the stack of a new construct: itself if it is one, else that of its scope, its first argument."""
        type_ = type(obj)
        kind = self._kinds.get(type_)
        if kind is None:
            kind = self._kinds[type_] = self._kind(type_)
        if kind == self._stack:
            self._stacks[_ref(obj)] = obj
        elif kind == _CONSTRUCT and args:
            stack = self._stacks.get(_ref(args[0]))
            if stack is not None:
                self._stacks[_ref(obj)] = stack

    def property(self, reference: ObjRef, name: str) -> Any:
        """A property's value, or None when it is to be asked for."""
        return self._properties.get((reference.ref, name))

    def keep_property(self, obj: Any, reference: ObjRef, name: str, value: Any) -> None:
        """Remember a value, if it is one that never changes."""
        type_ = type(obj)
        fixed = self._fixed.get(type_)
        if fixed is None:
            fixed = self._fixed[type_] = _fixed(type_)
        if name in fixed and value is not None:
            self._properties[reference.ref, name] = value

    def static_call(self, fqn: str, method: str, args: list[Any] | None) -> Any:
        """A static method's result, or None when it is to be asked for."""
        if not args or len(args) != 1:
            return None
        if method == "isUnresolved" and fqn == self._token:
            return _is_unresolved(args[0])
        if method == "of" and fqn == self._stack:
            return self._stacks.get(_ref(args[0]))
        return None

    def keep_static_call(self, fqn: str, method: str, args: list[Any] | None, result: Any) -> None:
        """Remember a result, if it is one that never changes."""
        if method == "of" and fqn == self._stack and args and result is not None:
            self._stacks[_ref(args[0])] = result

    def _kind(self, type_: type) -> str:
        """Whether it is a stack, or a construct of a package whose classes pass their scope on; or neither."""
        construct, stack = _reference_map._types.get(_CONSTRUCT), _reference_map._types.get(self._stack)
        if stack is not None and issubclass(type_, stack):
            return self._stack
        name = getattr(type_, "__jsii_type__", "") or ""
        passes_on = construct is not None and issubclass(type_, construct) and name.startswith(self._pass_scope_on)
        return _CONSTRUCT if passes_on else ""


def _fixed(type_: type) -> frozenset[str]:
    for fqn, names in _FIXED.items():
        known = _reference_map._types.get(fqn)
        if known is not None and issubclass(type_, known):
            return names
    return frozenset()


def _ref(construct: Any) -> str:
    reference = getattr(construct, "__jsii_ref__", None)
    return reference.ref if isinstance(reference, ObjRef) else ""


def _is_unresolved(value: object) -> bool | None:
    """False for what cannot be a token; None for what only cdktf can tell."""
    if type(value) is str:
        return None if _IN_STRINGS in value else False
    if type(value) is bool or (type(value) is int and -_LARGEST < value < _LARGEST):
        return False
    return None
