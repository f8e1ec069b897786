"""The kinds that are simulated: every module here registers its own.

To add one: an entry in the module of its neighbours, or a new module. Its rules stand in `standin/rules`.
"""

from importlib import import_module
from pkgutil import iter_modules

from standin.compute.kind import KINDS

__all__ = ["KINDS"]

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
