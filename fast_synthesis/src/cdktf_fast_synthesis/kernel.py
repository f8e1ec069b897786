"""jsii's kernel as the bindings call it, on a process of ours and with lighter messages.

What is called at every construct (create, get, set, invoke and their static forms) is here; the rest is jsii's own code
on the same process.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsii
from jsii import _reference_map
from jsii._kernel import (
    Kernel,
    _callback_till_result,
    _get_overides,
    _recursize_dereference,
)
from jsii._kernel.providers import process as provided
from jsii._kernel.types import (
    Callback,
    CreateResponse,
    GetRequest,
    GetResponse,
    InvokeRequest,
    InvokeResponse,
    ObjRef,
    Override,
    SetRequest,
    SetResponse,
)
from jsii.errors import ErrorType, JavaScriptError, JSIIError

from cdktf_fast_synthesis import fitting, package_cache
from cdktf_fast_synthesis.fitting import UnfitError
from cdktf_fast_synthesis.kernel_process import KernelProcess
from cdktf_fast_synthesis.known_answers import KnownAnswers
from cdktf_fast_synthesis.wire import Wire, decoded, encoded, referred

_CALLS = ("load", "create", "delete", "get", "set", "sget", "sset", "invoke", "ainvoke", "sinvoke", "sainvoke", "stats")


def take_over(process: KernelProcess, cache: Path) -> None:
    """Make jsii's one kernel ours; called before anything can have been loaded into it."""
    kernel = jsii.kernel
    fast = FastKernel(kernel, process, cache)
    _rebind(kernel, {name: functools.partial(_first_call, name, fast) for name in _CALLS} | {"load": fast.load})
    kernel.provider = _Provider(process)


def _first_call(name: str, fast: FastKernel, *args: Any, **more: Any) -> Any:
    """Any call but `load`: by now everything must be loaded; what answers from now on, stays."""
    fast.settle()
    return getattr(jsii, name)(*args, **more)


def _rebind(kernel: Kernel, calls: Mapping[str, Callable[..., Any]]) -> None:
    """Generated code calls jsii.get(…), jsii's own calls kernel.get(…): both get what `calls` has, or jsii's own."""
    for name in _CALLS:
        call = calls.get(name) or functools.partial(getattr(type(kernel), name), kernel)
        setattr(kernel, name, call)
        setattr(jsii, name, call)


class FastKernel:
    """The calls, by the names that jsii gives them."""

    def __init__(self, kernel: Kernel, process: KernelProcess, cache: Path) -> None:
        """`kernel` is jsii's one kernel; it stays what others hold and compare."""
        self._kernel = kernel
        self._process = process
        self._cache = cache
        self._wire = Wire(kernel)
        self._known = KnownAnswers(process.cdk)
        self._loads: list[tuple[str, str, str]] = []

    def settle(self) -> None:
        """See that what the process was told to load is loaded, and answer from now on; else jsii does."""
        try:
            self._process.settle()
        except (UnfitError, RuntimeError) as error:
            self._give_up(error)
        else:
            own = {name: getattr(self, name) for name in _CALLS if hasattr(self, name)}
            _rebind(self._kernel, own)

    def load(self, name: str, version: str, tarball: str) -> None:
        """Load an assembly, unless the process was told to at its start."""
        self._loads.append((name, version, tarball))
        try:
            if self._process.loaded(name, version, tarball):
                return
        except (UnfitError, RuntimeError) as error:
            self._give_up(error)
            return
        self._ask({"api": "load", "name": name, "version": version, "tarball": tarball})

    def _give_up(self, error: Exception) -> None:
        """Back to jsii's own process and messages. No object exists yet: loads come before everything else."""
        # A Node that does not start says nothing about what was prepared, which others may be using.
        faulty = self._process.greeted
        thrown = "; what was prepared is thrown away and made anew by the next run" if faulty else ""
        fitting.say("this run", f"{error}{thrown}")
        self._process.kill()
        if faulty:
            package_cache.forget(self._cache)
        self._kernel.provider = provided.ProcessProvider()
        _rebind(self._kernel, {})
        for name, version, tarball in self._loads:
            self._kernel.load(name, version, tarball)

    def create(self, klass: Any, obj: Any, args: list[Any] | None = None) -> ObjRef:
        """Make the kernel's object for `obj`."""
        message: dict[str, Any] = {
            "fqn": klass.__jsii_type__ or "Object",
            "args": [self._wire.value(arg) for arg in args or ()],
            "overrides": [_plain_override(one) for one in _get_overides(klass, obj)],
            "interfaces": [iface.__jsii_type__ for iface in getattr(klass, "__jsii_ifaces__", ())],
            "api": "create",
        }
        answer = self._ask(message)
        if isinstance(answer, Callback):
            answer = _callback_till_result(self._kernel, answer, CreateResponse)
        made = CreateResponse(ref=answer.ref)
        obj.__jsii_ref__ = made
        _reference_map.register_reference(obj)
        self._known.keep_created(obj, args)
        return made

    def get(self, obj: Any, property: str) -> Any:  # noqa: A002  # jsii's name for it
        """A property's value."""
        reference = obj.__jsii_ref__
        known = self._known.property(reference, property)
        if known is not None:
            return known
        answer = self._ask({"objref": referred(reference), "property": property, "api": "get"})
        value = self._value(answer, "value", GetResponse)
        self._known.keep_property(obj, reference, property, value)
        return value

    def set(self, obj: Any, property: str, value: Any) -> None:  # noqa: A002
        """Assign a property."""
        wired = self._wire.value(value)
        message = {"objref": referred(obj.__jsii_ref__), "property": property, "value": wired, "api": "set"}
        answer = self._ask(message)
        if isinstance(answer, Callback):
            _callback_till_result(self._kernel, answer, SetResponse)

    def sget(self, klass: Any, property: str) -> Any:  # noqa: A002
        """A static property's value."""
        answer = self._ask({"fqn": klass.__jsii_type__, "property": property, "api": "sget"})
        return self._value(answer, "value", GetResponse)

    def sset(self, klass: Any, property: str, value: Any) -> None:  # noqa: A002
        """Assign a static property."""
        wired = self._wire.value(value)
        self._ask({"fqn": klass.__jsii_type__, "property": property, "value": wired, "api": "sset"})

    def invoke(self, obj: Any, method: str, args: list[Any] | None = None) -> Any:
        """Call a method."""
        wired = [self._wire.value(arg) for arg in args or ()]
        answer = self._ask({"objref": referred(obj.__jsii_ref__), "method": method, "args": wired, "api": "invoke"})
        return self._value(answer, "result", InvokeResponse)

    def sinvoke(self, klass: Any, method: str, args: list[Any] | None = None) -> Any:
        """Call a static method."""
        known = self._known.static_call(klass.__jsii_type__, method, args)
        if known is not None:
            return known
        wired = [self._wire.value(arg) for arg in args or ()]
        answer = self._ask({"fqn": klass.__jsii_type__, "method": method, "args": wired, "api": "sinvoke"})
        value = self._value(answer, "result", InvokeResponse)
        self._known.keep_static_call(klass.__jsii_type__, method, args, value)
        return value

    def _value(self, answer: Any, key: str, response: Any) -> Any:
        if isinstance(answer, Callback):
            value = _callback_till_result(self._kernel, answer, response)
        else:
            value = answer.get(key)
        return value if type(value) is str else _recursize_dereference(self._kernel, value)

    def _ask(self, message: dict[str, Any]) -> Any:
        """The kernel's answer, or its call back into Python.

        Raises:
            JSIIError, RuntimeError: as jsii raises them.
        """
        answer = decoded(self._process.ask(encoded(message)))
        if "ok" in answer:
            return answer["ok"]
        if "callback" in answer:
            return _callback(answer["callback"])
        error = JSIIError if answer.get("name") == ErrorType.JSII_FAULT.value else RuntimeError
        raise error(answer["error"]) from JavaScriptError(answer["stack"])  # type: ignore[no-untyped-call]


def _callback(told: dict[str, Any]) -> Callback:
    """What the kernel wants of an object that lives in Python."""
    invoke, get, set_ = told.get("invoke"), told.get("get"), told.get("set")
    return Callback(
        cbid=told["cbid"],
        cookie=told["cookie"],
        invoke=InvokeRequest(**invoke) if invoke else None,
        get=GetRequest(**get) if get else None,
        set=SetRequest(objref=set_["objref"], property=set_["property"], value=set_.get("value")) if set_ else None,
    )


def _plain_override(override: Override) -> dict[str, str | None]:
    return {"method": override.method, "property": override.property, "cookie": override.cookie}


class _Provider(provided.ProcessProvider):
    """For the calls that are rare: jsii's own serialization, on our process."""

    def __init__(self, process: KernelProcess) -> None:
        self._ours = process
        self._jsiis: _JsiisOwn | None = None

    @property
    def _process(self) -> _JsiisOwn:
        if self._jsiis is None:
            self._jsiis = _JsiisOwn(self._ours)
        return self._jsiis


class _JsiisOwn(provided._NodeProcess):
    def __init__(self, process: KernelProcess) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        pipe = _Pipe(process)
        self._process: Any = SimpleNamespace(stdin=pipe, stdout=pipe)

    def stop(self) -> None:
        """The process is ended by its owner."""


class _Pipe:
    def __init__(self, process: KernelProcess) -> None:
        self._process = process
        self._answer = b""

    def write(self, line: bytes) -> None:
        self._answer = self._process.ask(line.rstrip(b"\n"))

    def flush(self) -> None:
        """Every message is sent at once."""

    def readline(self) -> bytes:
        return self._answer
