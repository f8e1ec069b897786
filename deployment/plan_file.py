"""A file with a plan, or whatever else somebody took for one: refused in a sentence unless it can be used."""

from __future__ import annotations

import codecs
import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

from deployment.plan_constants import constants_differing
from deployment.stack import Stack
from deployment.unusable import UnusableError
from deployment.values import Json

# Terraform 1.x keeps the major version 1: https://developer.hashicorp.com/terraform/internals/json-format
_FORMAT = "1."
# Ten thousand resources are about 50 MB.
LARGEST_BYTES = 256_000_000


def load(file: Path, name: str) -> Json:
    """The plan in a file.

    Raises:
        UnusableError: when it is none, or of a format that is not known.
    """
    remedy = "make it with `terraform show -json PLAN > FILE`"
    try:
        if not file.is_file():
            raise UnusableError(f"{name}: there is no such file; {remedy}")
        if file.stat().st_size > LARGEST_BYTES:
            raise UnusableError(f"{name}: is larger than {LARGEST_BYTES:,} bytes, which no plan of ours is")
        raw = file.read_bytes()
    except OSError as error:
        raise UnusableError(f"{name}: cannot be read ({error.strerror})") from error
    text = _text(raw, name, remedy)
    if not text.strip():
        raise UnusableError(f"{name}: is empty; {remedy}")
    try:
        plan = json.loads(_unwrapped(text))
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"{name}: {_not_json(text, error)}; {remedy}") from error
    return _recognized(plan, name, remedy)


def _text(raw: bytes, name: str, remedy: str) -> str:
    """UTF-8, or what `>` of Windows PowerShell makes of it: UTF-16 with a byte order mark."""
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if raw[:4] == b"PK\x03\x04" or (b"\0" in raw[:4096] and not utf_16):
        raise UnusableError(f"{name}: is binary (the plan itself?); {remedy}")
    try:
        return raw.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableError(f"{name}: is neither UTF-8 nor UTF-16 with a byte order mark; {remedy}") from error


def _unwrapped(text: str) -> str:
    """Without lines around the plan: of the action setup-terraform's wrapper, or a warning of OpenTofu's."""
    if text.lstrip().startswith("{"):
        return text
    return next((line for line in text.splitlines() if line.startswith("{")), text)


def _not_json(text: str, error: Exception) -> str:
    start = text.lstrip()
    if start.startswith('{"@level"'):
        return "is the log of `terraform plan -json`, not the plan"
    if re.match(r"Terraform (?:used|will|has)\b|\x1b\[|No changes", start):
        return "is what `terraform plan` shows to people"
    what = "is cut off, or not JSON" if start.startswith("{") and not text.rstrip().endswith("}") else "is not JSON"
    return f"{what} (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else what


def _recognized(plan: Any, name: str, remedy: str) -> Json:
    if not isinstance(plan, dict) or "format_version" not in plan:
        raise UnusableError(f"{name}: is not a plan (it has no format_version); {remedy}")
    version = plan["format_version"]
    if not isinstance(version, str) or not version.startswith(_FORMAT):
        shown = str(version)[:20]
        raise UnusableError(f"{name}: has format version {shown!r}; only 1.x, of Terraform 1.x, is known")
    if "values" in plan and "resource_changes" not in plan:
        raise UnusableError(f"{name}: is a state, not a plan; {remedy}")
    if plan.get("errored") is True:
        raise UnusableError(f"{name}: is the plan of a run that failed; plan again once its error is corrected")
    if "planned_values" not in plan or "configuration" not in plan:
        raise UnusableError(f"{name}: is not a whole plan (planned_values or configuration is missing); {remedy}")
    return plan


def belongs(plan: Json, name: str, stack: Stack) -> None:
    """Refuse a plan of another stack, of another environment, or of another version of the code.

    Raises:
        UnusableError: when it is one.
    """
    try:
        module = plan["configuration"].get("root_module") or {}
        planned = {
            str(resource["address"]) for resource in module.get("resources") or [] if resource.get("mode") == "managed"
        }
        provider = (plan["configuration"].get("provider_config") or {}).get("google", {})
        project = (provider.get("expressions") or {}).get("project", {}).get("constant_value")
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableError(f"{name}: is not a whole plan (its configuration cannot be read)") from error
    wanted = {item.address for item in stack.described.values() if item.is_resource}
    own = stack.items.get("provider.google")
    expected = own.values.get("project") if own else None
    if project and isinstance(expected, str) and project != expected and "${" not in expected:
        raise UnusableError(
            f"{name}: is a plan for project {str(project)[:40]!r}; the stack {stack.label} is for {expected!r}"
        )
    if planned != wanted:
        parts = [
            f"{text} {', '.join(sorted(addresses)[:3])}{' and more' if len(addresses) > 3 else ''}"
            for text, addresses in (("it lacks", wanted - planned), ("it has", planned - wanted))
            if addresses
        ]
        raise UnusableError(
            f"{name}: is not a plan of the stack {stack.label} as it is synthesized now ({'; '.join(parts)}); "
            "name the right stack, or synthesize and plan again"
        )
    differing = list(islice(constants_differing(plan["configuration"], stack), 4))
    if differing:
        raise UnusableError(
            f"{name}: is not a plan of the stack {stack.label} as it is synthesized now ({'; '.join(differing[:3])}"
            f"{'; and more' if len(differing) > 3 else ''}); name the right stack, or synthesize and plan again"
        )
