"""What an expression is made of."""

from __future__ import annotations

import re
from typing import Any

from deployment.references import is_expression, referred
from deployment.values import strings

_NAMED = re.compile(r"\b(var|local|module)\.([\w-]+)")
_SECTIONS = {"var": "variable"}


def inputs_of(raw: Any) -> frozenset[str]:
    """The addresses of what expressions are made of: resources, data, variables, locals, modules."""
    named = {
        f"{_SECTIONS.get(section, section)}.{name}"
        for text in strings(raw)
        if is_expression(text)
        for section, name in _NAMED.findall(text)
    }
    return frozenset(named | {address for address, _ in referred(raw)})
