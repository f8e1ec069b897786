"""What the producer promises to its consumers: outputs, and how a consumer's expressions read them from its state.

Changing the name of one breaks every consumer. What writes an expression and what takes it apart again, for those who
are told the values instead, stand side by side here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from cloudrun_psc.rules.defaults import HTTP_PORT, HTTPS_PORT
from cloudrun_psc.rules.terraform_names import address_name
from stacks.layout import PRODUCER

SELF_LINK = "service_attachment_self_link"
URL = "url"
REGION = "region"
PORT = "port"
# Of services with HTTPS, or audiences of their own; producers of before have neither.
HOST = "host"
AUDIENCE = "audience"

# The data source that holds the producer's outputs; with an index where it is only there when the state is.
STATE = f"data.terraform_remote_state.{PRODUCER}"
STATE_IF_THERE = f"{STATE}[0]"


def output_name(key: str, what: str) -> str:
    """The name of an output about the service or endpoint of this key: hello_service_attachment_self_link."""
    return f"{address_name(key)}_{what}"


def reading(state: str, name: str, missing: str = "") -> str:
    """An expression for an output; `missing` where the producer has not been deployed yet."""
    return f'${{try({state}.outputs.{name}, "{missing}")}}'


def reading_either(state: str, name: str, otherwise: str, missing: str = "") -> str:
    """An expression for an output that not every producer has: `otherwise` is the one that all have."""
    return f'${{try({state}.outputs.{name}, {state}.outputs.{otherwise}, "{missing}")}}'


def port_suffix(state: str, name: str, usual: int = HTTP_PORT) -> str:
    """An expression for a port output as it follows a host in a URL: nothing for the protocol's own."""
    return f'${{try({_suffix(f"{state}.outputs.{name}", usual)}, "")}}'


def _suffix(port: str, usual: int) -> str:
    return f'{port} == {usual} ? "" : ":${{{port}}}"'


def outputs_read(text: str) -> Iterator[str]:
    """The names of the producer's outputs that the expressions in a text read."""
    return (found[1] for found in _OUTPUT.finditer(_EITHER.sub(r"\1", text)))


def from_variables(text: str) -> str:
    """A text whose expressions read variables of the outputs' names instead of the producer's state."""
    for usual, suffix in _PORT_SUFFIXES.items():
        text = suffix.sub(partial(_variable_suffix, usual=usual), text)
    text = _EITHER.sub(lambda found: f"${{var.{_OUTPUT.sub(lambda output: output[1], found[1])}}}", text)
    text = _READING.sub(r"${var.\1}", text)
    return _OUTPUT.sub(r"var.\1", text)


_STATE = rf"{re.escape(STATE)}(?:\[0\])?"
_OUTPUT = re.compile(rf"{_STATE}\.outputs\.(\w+)")


def _pattern(expression: str) -> re.Pattern[str]:
    """What matches an expression of this form for any output."""
    first, *rest = re.escape(expression).split("STATE\\.outputs\\.NAME")
    again = rf"{_STATE}\.outputs\.\1"
    return re.compile((first + rf"{_STATE}\.outputs\.(\w+)" + again.join(rest)).replace("MISSING", '[^"]*'))


_READING = _pattern(reading("STATE", "NAME", "MISSING"))
# Of the two outputs the first: who is told values is told that one.
_EITHER = re.compile(rf'\$\{{try\(({_STATE}\.outputs\.\w+), {_STATE}\.outputs\.\w+, "[^"]*"\)\}}')
_PORT_SUFFIXES = {usual: _pattern(port_suffix("STATE", "NAME", usual)) for usual in (HTTP_PORT, HTTPS_PORT)}


def _variable_suffix(found: re.Match[str], usual: int) -> str:
    return f"${{{_suffix(f'var.{found[1]}', usual)}}}"
