"""Requests that are sent for a trace: to which endpoint, from which VM, with which token, and what came back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from deployment.unusable import UnusableError
from live.failures import AnswerError, NotAllowedError
from live.reader import Reader
from live.sides import Side
from live.subjects import Endpoint
from live.trace import shell
from live.trace.answers import MARK, Answer, Answers, agent, taken_apart
from live.trace.entries import Window
from live.trace.evidence import Route
from live.trace.script import Called, longest, script

# Of one request and its answer: three to open a connection, two for the request, as many for the answer, three to
# close it. A flow log captures about one packet of 30, which nobody can choose, and keeps the share of the entries that
# `sampling` says: https://cloud.google.com/vpc/docs/flow-logs#log-sampling.
_PACKETS, _ONE_OF = 10, 30
_AROUND = timedelta(minutes=1)  # the VM's clock, and how long a request may take to be logged as begun
_PATH = re.compile(r"/[A-Za-z0-9._~:/?@%&=+,;*()$-]{0,2000}")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@%&=+,;-]{1,2000}")


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is called: the one endpoint of a route, its side, and how."""

    route: Route
    called: Called

    @property
    def endpoint(self) -> Endpoint:
        """Its endpoint."""
        return self.route.endpoints[0][0]

    @property
    def side(self) -> Side:
        """The consumer's."""
        return self.route.endpoints[0][1]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What was sent, and what the VM says of it. `why` is why it says no more; `vm` is "" where nobody told."""

    target: Target
    answers: Answers
    vm: str
    why: str = ""

    @property
    def answered(self) -> list[Answer]:
        """Those that something answered."""
        return [one for one in self.answers.answers if one.status]

    def of(self, user_agent: str) -> Answer | None:
        """The request that has a user agent."""
        return next((one for one in self.answers.answers if agent(self.answers.id, one.number) == user_agent), None)

    def window(self) -> Window:
        """Where the logs have them, and nothing else."""
        answers = self.answers.answers
        return Window(
            since=min(one.time for one in answers) - _AROUND,
            until=max(one.ends for one in answers) + _AROUND,
            agent=f"{MARK}/{self.answers.id}-",
            client=next((one.source for one in answers if one.source), ""),
        )


def target(routes: Sequence[Route], label: str, audience: str = "", path: str = "/") -> Target:
    """The endpoint to call: that of a name, or the only one; `audience` is that of the token, where it is given.

    Raises:
        UnusableError: where it is not one endpoint, or its token's audience cannot be found out.
    """
    own = [(route, end) for route in routes for end in route.endpoints]
    by_name = [(route, end) for route, end in own if end[0].label == label] or own
    if len(by_name) != 1:
        names = ", ".join(f"{end[0].label} (--stack {end[0].consumer})" for _, end in by_name)
        raise UnusableError(
            f"there are several endpoints: {names}; name one; where two have the same name, add --stack for its "
            "consumer and for the producer"
            if by_name
            else "there is no consumer's endpoint to call; --since TIME reads what others called"
        )
    route, (endpoint, side) = by_name[0]
    route = replace(route, endpoints=((endpoint, side),))
    if audience and not _URL.fullmatch(audience):
        raise UnusableError("--audience is not an https:// URL")
    if not _PATH.fullmatch(path):
        raise UnusableError("--path is not the path of a URL, such as /orders?page=2")
    return Target(route=route, called=_called(endpoint, path, audience or _audience(route, endpoint, side)))


def _called(endpoint: Endpoint, path: str, audience: str) -> Called:
    if not endpoint.address:
        raise UnusableError(f"the address of {endpoint.label} is not in the configuration")
    usual, scheme = (443, "https") if endpoint.host else (80, "http")
    port = "" if endpoint.port == usual else f":{endpoint.port}"
    resolve = f"{endpoint.host}:{endpoint.port}:{endpoint.address}" if endpoint.host and not endpoint.named else ""
    url = f"{scheme}://{endpoint.host or endpoint.address}{port}{path}"
    return Called(url=url, resolve=resolve, audience=audience)


def _audience(route: Route, endpoint: Endpoint, side: Side) -> str:
    """That of the configuration, or the service's own URL, which Google chose; "" for what takes no token."""
    if endpoint.audience or not endpoint.services:
        return endpoint.audience
    reader: Reader = (route.producer or side).reader
    instead = "; or give it: --audience URL"
    try:
        service = reader.get("run.projects.locations.services.get", name=endpoint.services[0])
    except NotAllowedError as error:
        raise UnusableError(
            f"the service's URL, the ID token's audience, is not known: {error}; needs {error.needs}{instead}"
        ) from error
    except AnswerError as error:
        raise UnusableError(f"the service's URL, the ID token's audience, is not known: {error}{instead}") from error
    url = str((service or {}).get("uri", ""))
    if not _URL.fullmatch(url):
        name = endpoint.services[0].rpartition("/")[2]
        raise UnusableError(
            f"there is no Cloud Run service {name} with a URL, which is the ID token's audience{instead}"
        )
    return url


def new_id() -> str:
    """What marks the requests of one run."""
    return secrets.token_hex(12)


def sent(chosen: Target, count: int, told: Callable[[int], None] = lambda _: None) -> Sent:
    """Send so many requests from the test VM.

    Raises:
        UnusableError: where there is no VM, its shell cannot be had, or nothing that is to be used comes back.
    """
    endpoint = chosen.endpoint
    if not endpoint.vm:
        raise UnusableError(
            f"{endpoint.consumer} has no test VM (test_vm: {{enabled: true}} makes one); ./psc trace --script prints "
            "what to run in a shell of any other VM of its network, and --since TIME reads what was logged"
        )
    id_ = new_id()
    # The first line that comes back says that it begins.
    printed = shell.run(
        endpoint.vm, script(chosen.called, id_, count), longest(count), lambda lines: told(max(0, lines - 1))
    )
    if printed.why and id_ not in printed.text:
        raise UnusableError(printed.why)
    return _said(chosen, taken_apart(printed.text, id_), endpoint.vm.rpartition("/")[2], printed.why)


def of_script(chosen: Target, text: str) -> Sent:
    """What somebody brings back who ran the script.

    Raises:
        UnusableError: where that is not what it prints.
    """
    endpoint, side = replace(chosen.endpoint, vm=""), chosen.side  # nobody knows on which VM that was
    return _said(replace(chosen, route=replace(chosen.route, endpoints=((endpoint, side),))), taken_apart(text), "", "")


def _said(chosen: Target, answers: Answers, vm: str, why: str) -> Sent:
    if answers.stopped:
        raise UnusableError(_STOPPED[answers.stopped])
    if not answers.answers:
        raise UnusableError(why or "the shell on the VM ended before the first request")
    if not answers.ended and not why:
        why = f"the script did not finish: {len(answers.answers)} of {answers.count} requests are told"
    return Sent(target=chosen, answers=answers, vm=vm, why=why)


_STOPPED = {
    "curl": "there is no curl on the VM; use an image that has it, such as Debian's (test_vm.image)",
    "token": "the VM's metadata server gives no ID token: a VM without a service account has none; a deployment of the "
    "consumer gives the test VM its account",
}


def chance(count: int, sample: float) -> float:
    """How likely it is that a flow log has one of so many requests at least, where it keeps a share of its entries."""
    captured = 1 - (1 - 1 / _ONE_OF) ** _PACKETS
    return 1 - (1 - captured * sample) ** count
