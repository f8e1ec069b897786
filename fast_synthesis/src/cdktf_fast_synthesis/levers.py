"""Which parts of fast synthesis are used, in which order, and what happens when one of them does not fit."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from cdktf_fast_synthesis import fitting, packages
from cdktf_fast_synthesis.cache import cache_folder
from cdktf_fast_synthesis.fitting import Cdk, UnfitError
from cdktf_fast_synthesis.lazy_bindings import use_lazy_bindings

# Imported by jsii and by every binding, used by them seldom or never once the kernel is ours.
_SELDOM_USED = ("cattr", "dateutil.parser", "typeguard")
_in_use: list[str] = []


def use() -> bool:
    """See `use_fast_synthesis`."""
    if _in_use:
        return True
    if fitting.switched_off():
        return False
    if "jsii" in sys.modules:
        fitting.say("this run", "jsii or bindings were imported before use_fast_synthesis() was called")
        return False
    cdk = fitting.cdk()
    for part, take in (("the kernel", _kernel), ("imports", _imports)):
        try:
            take(cdk)
            _in_use.append(part)
        except (UnfitError, OSError) as error:
            fitting.say(part, error)
    if use_lazy_bindings(cdk):
        _in_use.append("bindings")
    return bool(_in_use)


def loaded_packages(cdk: Cdk) -> dict[str, str]:
    """The assemblies that the kernel loads in any case, each with the module that holds it."""
    return {"constructs": "constructs", cdk.module: cdk.module, cdk.bindings_assembly: cdk.bindings}


def _kernel(cdk: Cdk) -> None:
    """Start the kernel's process now; jsii itself is imported by whoever needs it, and takes the process then."""
    if not hasattr(os, "posix_spawn"):
        raise UnfitError("this system starts processes in another way")
    version = fitting.installed("jsii", fitting.JSII)
    fitting.installed(cdk.module, cdk.versions)
    from cdktf_fast_synthesis.imports import After
    from cdktf_fast_synthesis.kernel_process import KernelProcess

    cache = cache_folder()
    wanted = [packages.package(name, _folder(module)) for name, module in loaded_packages(cdk).items()]
    process = KernelProcess(cache, [(one, packages.unpacked(cache, one)) for one in wanted], version, cdk)

    def take_over() -> None:
        from cdktf_fast_synthesis import kernel

        kernel.take_over(process, cache)

    sys.meta_path.insert(0, After("jsii", take_over))
    _postpone_seldom_used()


def _imports(cdk: Cdk) -> None:
    from cdktf_fast_synthesis.imports import GeneratedModules

    sys.meta_path.insert(0, GeneratedModules(cache_folder(), set(loaded_packages(cdk).values())))
    _postpone_seldom_used()


def _folder(module: str) -> Path:
    """Where a package is installed; it is not imported for that."""
    spec = PathFinder.find_spec(module)
    if spec is None or spec.origin is None:
        raise UnfitError(f"{module} is not installed")
    return Path(spec.origin).parent


def _postpone_seldom_used() -> None:
    for name in _SELDOM_USED:
        if name not in sys.modules:
            sys.modules[name] = _Postponed(name)


class _Postponed(ModuleType):
    """A module that is imported when something of it is used.

    Not importlib's LazyLoader: under that, the next `import` of the module by anybody imports it at once.
    """

    __spec__ = None

    def __getattr__(self, name: str) -> Any:
        if name == "__path__" or not name.startswith("__"):
            module = sys.modules[self.__name__]
            if module is self:
                del sys.modules[self.__name__]
                module = importlib.import_module(self.__name__)
            self.__dict__.update(module.__dict__)
            return getattr(module, name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
