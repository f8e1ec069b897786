"""The script that sends requests from a VM: for any POSIX shell with curl, pasted by hand or sent through ssh.

The ID token is on no command line and is not printed: the shell keeps it, and curl reads its header from a pipe. It is
one compound command that reads nothing, so that a shell has all of it before it begins. It has no exclamation mark,
which an interactive shell would take for its history.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from live.trace.answers import MARK
from stacks.instructions import METADATA

# Seconds for the token, for a connection, and for a whole request; and how many that nobody answers end it.
_TOKEN, _CONNECT, REQUEST, _SILENT = 10, 5, 15, 3

_TEXT = """\
(
# Sends {count} requests to {url} and prints what became of each.
export LC_ALL=C
id={id} silent=0 n=0
tell() {{ printf '{mark} %s %s\\n' "$id" "$*"; }}
fetch() {{ curl -q -s --noproxy '*' "$@"; }}
command -v curl > /dev/null || {{ tell stopped curl; exit; }}
header=
{token}tell begin {count}
while [ "$n" -lt {count} ] && [ "$silent" -lt {silent} ]; do
  n=$((n + 1)) now=$(date +%s)
  said=$(printf '%s\\n' "$header" | fetch -o /dev/null -m {request} --connect-timeout {connect} -H @- \\
    -A "{mark}/$id-$n" -H "traceparent: 00-$id$(printf %08x "$n")-$(printf %016x "$n")-01" \\
    -w '%{{http_code}},%{{local_ip}},%{{local_port}},%{{time_total}}' {resolve}{url})
  code=$? silent=$((silent + 1))
  tell "$n $now $code $said"
  [ "$code" -ne 0 ] || silent=0
done
tell end
) < /dev/null
"""
_FETCHED = """\
token=$(fetch -f -m {seconds} -H 'Metadata-Flavor: Google' {url})
[ -n "$token" ] && [ "$token" = "$(printf %s "$token" | tr -cd 'A-Za-z0-9._-')" ] || {{ tell stopped token; exit; }}
header="Authorization: Bearer $token"
"""


@dataclass(frozen=True, kw_only=True)
class Called:
    """What requests are sent to: a URL, with the address of its host where DNS does not have it.

    `audience` is that of the ID token; "" is without one.
    """

    url: str
    resolve: str
    audience: str


def script(called: Called, id_: str, count: int) -> str:
    """The script; it prints what live/trace/answers.py takes apart."""
    token = shlex.quote(f"{METADATA}?audience={called.audience}")
    return _TEXT.format(
        id=id_, count=count, mark=MARK, url=shlex.quote(called.url), silent=_SILENT, request=REQUEST, connect=_CONNECT,
        resolve=f"--resolve {shlex.quote(called.resolve)} " if called.resolve else "",
        token=_FETCHED.format(seconds=_TOKEN, url=token) if called.audience else "",
    )  # fmt: skip


def longest(count: int) -> float:
    """How many seconds it can take at most: requests that nobody answers end it, others come in time."""
    return _TOKEN + count * REQUEST
