"""Import only those of the google bindings' 1,470 modules that a program uses.

`import cdktf_cdktf_provider_google.anything` runs the package's `__init__`, which imports every resource of the
provider: seconds and hundreds of megabytes. `use_lazy_bindings()`, called before the first such import, puts a
package in its place whose submodules are imported when they are asked for. What is synthesized is the same.
"""

from __future__ import annotations

import importlib
import sys
from importlib import util
from types import ModuleType

from cdktf_fast_synthesis.fitting import Cdk, UnfitError, installed, switched_off


def use_lazy_bindings(cdk: Cdk) -> bool:
    """Switch to lazy imports; False (and nothing changed) where the bindings are unknown, imported or it is off.

    The layout that this was made for: one subpackage per resource, each loading the jsii assembly by itself.
    """
    if cdk.bindings in sys.modules or switched_off():
        return False
    try:
        installed(cdk.bindings.replace("_", "-"), cdk.eager_bindings)
    except UnfitError:
        return False
    spec = util.find_spec(cdk.bindings)
    assert spec is not None
    sys.modules[cdk.bindings] = _Package.of(util.module_from_spec(spec))
    return True


class _Package(ModuleType):
    """The bindings' package without its `__init__` executed."""

    @classmethod
    def of(cls, module: ModuleType) -> _Package:
        package = cls(module.__name__, module.__doc__)
        package.__dict__.update(module.__dict__)
        return package

    def __getattr__(self, name: str) -> ModuleType:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        try:
            return importlib.import_module(f"{self.__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from error
