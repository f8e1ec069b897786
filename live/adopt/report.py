"""What an adoption came to: for people in a few lines, for programs as one JSON document (adopt.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deployment.hidden import Hidden
from deployment.line import Line, Style
from deployment.printable import printable
from deployment.stack import UNKNOWN
from live.adopt.adoption import NEEDED, Adopted, Adoption, denied
from live.adopt.verdicts import STATES, Part, State, Verdict

SCHEMA = 1
_MARKS: Mapping[State, tuple[str, Style]] = {
    "same": ("ok", ""),
    "kept": ("ok", "dim"),
    "record": ("+", "dim"),
    "harmless": ("ok", "changed"),
    "created": ("+", "added"),
    "differs": ("DIFFERS", "warning"),
    "refused": ("REFUSED", "bad"),
    "unknown": ("?", "warning"),
}
_COUNTED: Mapping[State, str] = {
    "same": "taken as they are",
    "harmless": "with a harmless update",
    "kept": "in the state already",
    "created": "not there",
    "differs": "different",
    "refused": "refused",
    "unknown": "not known",
}


def document(adoption: Adoption) -> dict[str, Any]:
    """The JSON document."""
    return {
        "schema": SCHEMA,
        "environment": adoption.environment,
        "verdict": _outcome(adoption),
        "counts": {state: adoption.count(state) for state in STATES},
        "stacks": [
            {
                "name": stack.name,
                "project": stack.project,
                "only": list(stack.scope.only),
                "outside": list(stack.scope.outside),
                "applied": stack.applied,
                "waits": stack.waits,
                "failed": list(stack.failed),
                "left": list(stack.left),
                "resources": [_resource(one) for one in stack.verdicts],
            }
            for stack in adoption.stacks
        ],
    }


def _resource(one: Verdict) -> dict[str, Any]:
    return {
        "address": one.address,
        "id": one.id,
        "state": one.state,
        "text": one.text,
        "remedy": list(one.remedy),
        "needs": one.needs,
        "attributes": [
            {
                "path": part.difference.path,
                "live": _shown(part.difference.live),
                "wanted": _shown(part.difference.wanted),
                "harmless": part.why,
                "key": part.setting.key if part.setting else "",
                "value": _shown(part.setting.value) if part.setting else "",
            }
            for part in one.parts
        ],
    }


def _outcome(adoption: Adoption) -> str:
    if adoption.code:
        return ("hindered", "unusable")[adoption.code - 1]
    return "adopted" if adoption.wanted else "adoptable"


def lines(adoption: Adoption, command: str) -> Iterator[str]:
    """One line per resource by stack, with what to do beneath; the verdict last. `command` applies it."""
    for stack in adoption.stacks:
        yield from _stack(stack)
    if adoption.code == 0 and not adoption.wanted and not adoption.is_done:
        yield f"next: {command}"
    if adoption.wanted and not any(stack.applied or stack.failed for stack in adoption.stacks):
        yield Line("nothing was applied", "note")
    yield Line(verdict(adoption), "good" if adoption.code == 0 else "bad")


def _stack(stack: Adopted) -> Iterator[str]:
    only = f", only {' and '.join(stack.scope.only)} with what is needed for it" if stack.scope.only else ""
    yield Line(f"{stack.name} ({stack.project}){only}", "heading")
    for one in stack.verdicts:
        yield from _verdict(one)
    if stack.waits:
        yield Line(f"  +        {printable(stack.waits)}", "added")
    for text in stack.failed:
        yield Line(f"  FAILED   {printable(text)}", "bad")
    if stack.failed:
        yield "             what was done before that is in the state; mend it, and run the same again"
        yield from [f"             {NEEDED}"] if denied(stack.failed) else []
    for text in stack.left:
        yield Line(f"  LEFT     a second plan still has: {printable(text)}", "bad")
    if stack.scope.outside:
        yield Line(f"  outside  {', '.join(map(printable, stack.scope.outside))}", "dim")


def _verdict(one: Verdict) -> Iterator[str]:
    mark, style = _MARKS[one.state]
    text = _text(one)
    yield Line(f"  {mark:<7}  {printable(one.address)}{f': {printable(text)}' if text else ''}", style)
    told = [*(_part(part) for part in one.parts), *one.remedy]
    yield from (f"             {printable(line)}" for line in told)


def _text(one: Verdict) -> str:
    if one.state == "same":
        return _called(one.id)
    if one.state == "harmless" and not one.text:
        return f"{_called(one.id)}, with a harmless update"
    if one.state == "differs" and not one.text:
        return "differs from the configuration"
    return f"{one.text}; needs {one.needs}" if one.needs else one.text


def _called(id_: str) -> str:
    """What people call something of an id: its name; of a permission, which has blanks in its id, role and member."""
    return id_.partition(" ")[2] or id_.rpartition("/")[2]


def _part(part: Part) -> str:
    one = part.difference
    change = f"{one.path}: {_text_of(one.live)} -> {_text_of(one.wanted)}"
    if part.why:
        return f"{change} ({part.why})"
    if part.setting and one.live is None:
        return f"{change}; to keep it so, take {part.setting.key} out"
    if part.setting:
        return f"{change}; to keep it, set {part.setting.key}: {_text_of(part.setting.value)}"
    return f"{change}; no key of the configuration sets it"


def _text_of(value: Any) -> str:
    """A value as YAML has it in one line."""
    return _bare(value) if isinstance(value, str) else json.dumps(_shown(value), ensure_ascii=False)


def _bare(text: str) -> str:
    plain = (
        text
        and not set(text) & set(" :#{}[],&*!|>'\"%@`")
        and text.lower() not in {"true", "false", "null", "yes", "no"}
    )
    return text if plain and not text.replace(".", "").isdigit() else json.dumps(text, ensure_ascii=False)


def _shown(value: Any) -> Any:
    """A value without what may not be shown."""
    if value is UNKNOWN or isinstance(value, Hidden):
        return repr(value)
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value


def verdict(adoption: Adoption) -> str:
    """One sentence: how many were taken, and what is in the way."""
    parts = [f"{adoption.count(state)} {words}" for state, words in _COUNTED.items() if adoption.count(state)]
    what = {"adopted": "adopted", "adoptable": "can be adopted", "hindered": "not adopted"}.get(
        _outcome(adoption), "could not be found out"
    )
    if adoption.is_done:
        what = "nothing to adopt"
    if any(stack.failed or (adoption.code and stack.applied) for stack in adoption.stacks):
        what = "adopted in part"
    only = " and ".join(dict.fromkeys(one for stack in adoption.stacks for one in stack.scope.only))
    of = f"{only} of {adoption.environment}" if only else adoption.environment
    return f"adopt of {of}: {what}: {', '.join(parts) or 'nothing is known'}"
