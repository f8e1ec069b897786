"""The checks of a stack with names for what each of them asks and says: a list is looked for once."""

from __future__ import annotations

import re
from typing import Any

from deployment.values import Json, strings, with_strings

_WAITING = re.compile(
    r'\[for endpoint in [\w.]+ : "\$\{endpoint\.endpoint\} \$\{endpoint\.status\}" if endpoint\.status != "ACCEPTED"\]'
)
_ALL_ACCEPTED = re.compile(r'alltrue\(\[for endpoint in [\w.]+ : endpoint\.status == "ACCEPTED"\]\)')
_MANAGED = re.compile(
    r"flatten\(\[for one in data\.google_certificate_manager_certificates\.\w+\.certificates : "
    r"one\.managed if [^\]]*\]\)"
)


def gather(stack: Json) -> Json:
    """The file of checks: they are taken out of the stack, with locals for their lists."""
    checks: Json = stack.pop("check", {})
    locals_: Json = {}
    for name, check in checks.items():
        for pattern, ending in ((_WAITING, "waiting"), (_MANAGED, "managed")):
            found = sorted({one[0] for text in strings(check) for one in pattern.finditer(text)})
            if found:
                called = f"{name.rpartition('_')[0]}_{ending}"
                # What goes wrong in a check is a warning, and in a local an error.
                locals_[called] = f"${{try({found[0]}, [])}}"
                check = _named(check, found[0], f"local.{called}")
        checks[name] = check
    return {section: part for section, part in {"locals": locals_, "check": checks}.items() if part}


def _named(check: Any, listed: str, name: str) -> Any:
    changed = with_strings(check, lambda text: text.replace(listed, name))
    return with_strings(changed, lambda text: _ALL_ACCEPTED.sub(f"length({name}) == 0", text))
