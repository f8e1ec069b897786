"""The rules of Google Cloud, one small function each, with its source beside it.

A rule looks at a change and raises GoogleError when Google would refuse it. To add one: write the function in the
module of its product, decorate it with `rule`, name the source, and add a test to tests/standin. A rule about which the
sources leave doubt says so in `doubt`.
"""

from importlib import import_module
from pkgutil import iter_modules

from standin.rules.table import RULES, Rule, check, in_doubt, rule

__all__ = ["RULES", "Rule", "check", "in_doubt", "rule"]

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
