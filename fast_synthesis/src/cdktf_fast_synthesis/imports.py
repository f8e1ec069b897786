"""Import the modules that jsii generated without evaluating their annotations, from code compiled once.

A binding's module spends most of its import on annotations that nobody reads. It is compiled here as if it began with
`from __future__ import annotations`, and with its type checks taken from `type_checks`; line numbers stay, so
tracebacks show the installed file. The compiled code stands in the cache folder: nothing is written beside the modules.
"""

from __future__ import annotations
import __future__

import hashlib
import importlib.abc
import importlib.machinery
import marshal
import sys
import zlib
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from types import CodeType, ModuleType

from cdktf_fast_synthesis.cache import put

# Raised when modules are compiled differently: what former versions left is then not used.
RECIPE = 2
_CHECKS = "cdktf_fast_synthesis.type_checks"
# The two headers under which jsii-pacmak lets a module find its type checks (the former up to 1.119).
_HEADER = """\
import typeguard
from importlib.metadata import version as _metadata_package_version
TYPEGUARD_MAJOR_VERSION = int(_metadata_package_version('typeguard').split('.')[0])

def check_type(argname: str, value: object, expected_type: typing.Any) -> typing.Any:
    if TYPEGUARD_MAJOR_VERSION <= 2:
        return typeguard.check_type(argname=argname, value=value, expected_type=expected_type) # type:ignore
    else:
        if isinstance(value, jsii._reference_map.InterfaceDynamicProxy): # pyright: ignore [reportAttributeAccessIssue]
           pass
        else:
            if TYPEGUARD_MAJOR_VERSION == 3:
                typeguard.config.collection_check_strategy = typeguard.CollectionCheckStrategy.ALL_ITEMS # type:ignore
                typeguard.check_type(value=value, expected_type=expected_type) # type:ignore
            else:
                typeguard.check_type(value=value, expected_type=expected_type, collection_check_strategy=typeguard.CollectionCheckStrategy.ALL_ITEMS) # type:ignore
"""  # noqa: E501
_LATER_HEADER = "from jsii._type_checking import cached_type_hints, check_type\n"
_OURS = f"from {_CHECKS} import cached_type_hints, check_type\n"


class After(importlib.abc.MetaPathFinder):
    """Has something done once a certain module has been imported."""

    def __init__(self, fullname: str, then: Callable[[], None]) -> None:
        """`then` is called once, at the end of the import of `fullname`."""
        self._fullname, self._then = fullname, then

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's own spec, with `then` behind it."""
        if fullname != self._fullname:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _Following(fullname, spec.loader.path, self._then)
        return spec


class _Following(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, then: Callable[[], None]) -> None:
        super().__init__(fullname, path)
        self._then = then

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self._then()


class GeneratedModules(importlib.abc.MetaPathFinder):
    """Finds the generated modules as Python itself would, and lends them our loader."""

    def __init__(self, cache: Path, packages: Set[str]) -> None:
        """`cache` is the cache folder, `packages` the names of those that jsii generated."""
        self._packages = packages
        self._folder = cache / "python" / f"{sys.implementation.cache_tag}-{sys.flags.optimize}"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's own spec with our loader, or None for modules of others."""
        if fullname.partition(".")[0] not in self._packages:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _Loader(fullname, spec.loader.path, self._folder)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from our cache, or as Python does when anything about it is not as expected."""

    def __init__(self, fullname: str, path: str, folder: Path) -> None:
        super().__init__(fullname, path)
        self._folder = folder

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code, compiled now if it is not in the cache (or is damaged there)."""
        try:
            facts = Path(self.path).stat()
            key = f"{RECIPE} {self.path} {facts.st_size} {facts.st_mtime_ns} {sys.version}"
            file = self._folder / f"{fullname}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
            code = _kept(file)
            if code is None:
                code = _compiled(Path(self.path).read_text(encoding="utf-8"), self.path)
                if code is not None:
                    _keep(file, code)
        except OSError:
            code = None
        return code if code is not None else super().get_code(fullname)


def _compiled(source: str, path: str) -> CodeType | None:
    """None for a module whose header is not one of the known ones."""
    if source.count(_HEADER) == 1:
        # As many lines as before: line numbers stay those of the installed file.
        text = source.replace(_HEADER, _OURS + "\n" * (_HEADER.count("\n") - 1))
        text = text.replace("typing.get_type_hints(_typecheckingstub__", "cached_type_hints(_typecheckingstub__")
    elif source.count(_LATER_HEADER) == 1:
        text = source.replace(_LATER_HEADER, _OURS)
    else:
        return None
    flags = __future__.annotations.compiler_flag
    code = compile(text, path, "exec", flags=flags, dont_inherit=True)
    assert isinstance(code, CodeType)
    return code


def _kept(file: Path) -> CodeType | None:
    """What is in the cache, or None when it is missing or damaged (marshal must not be fed with damage)."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    if len(content) < 4 or zlib.crc32(content[4:]).to_bytes(4, "little") != content[:4]:
        return None
    code = marshal.loads(memoryview(content)[4:])  # noqa: S302  # our own, checked, in a private folder
    return code if isinstance(code, CodeType) else None


def _keep(file: Path, code: CodeType) -> None:
    payload = marshal.dumps(code)
    put(file, zlib.crc32(payload).to_bytes(4, "little") + payload)
