"""Import only those of the google bindings' 1,470 modules that a program uses.

`import cdktf_cdktf_provider_google.anything` runs the package's `__init__`, which imports every resource of the
provider: seconds and hundreds of megabytes. `use_lazy_bindings()`, called before the first such import, puts a
package in its place whose submodules are imported when they are asked for. What is synthesized is the same.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib import metadata, util
from types import ModuleType

PACKAGE = "cdktf_cdktf_provider_google"
# The layout that this was made for: one subpackage per resource, each loading the jsii assembly by itself.
KNOWN_VERSIONS = ("16.",)
OFF = "CLOUDRUN_PSC_EAGER_BINDINGS"


def use_lazy_bindings() -> bool:
    """Switch to lazy imports; False (and nothing changed) where the bindings are unknown, imported or it is off."""
    if PACKAGE in sys.modules or os.environ.get(OFF):
        return False
    spec = util.find_spec(PACKAGE)
    try:
        known = metadata.version(PACKAGE.replace("_", "-")).startswith(KNOWN_VERSIONS)
    except metadata.PackageNotFoundError:
        known = False
    if spec is None or not known:
        return False
    sys.modules[PACKAGE] = _Package.of(util.module_from_spec(spec))
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
