"""What the script of a sending trace prints on the VM, taken apart: none of it is trusted, or printed as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from deployment.unusable import UnusableError

MARK = "psc-trace"
# More than the most that can be sent, and little enough for one query of a log.
MOST = 200
_ID = r"[0-9a-f]{24}"
_LINE = re.compile(rf"{MARK} ({_ID}) (.+)")
_BEGIN = re.compile(r"begin (\d{1,3})")
# Number, seconds since 1970, curl's exit code; then what curl's --write-out gives.
_ANSWER = re.compile(r"(\d{1,3}) (\d{10}) (\d{1,3}) (\d{3}),(\d{1,3}(?:\.\d{1,3}){3})?,(-1|\d{1,5}),(\d{1,4}\.\d{1,9})")
_STOPPED = re.compile(r"stopped (curl|token)")
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What curl on the VM says of one request. `status` is 0 where nothing was answered; then `exit` says why.

    `source` and `port` are the VM's own end of the connection; "" and 0 where there was none.
    """

    number: int
    time: datetime
    exit: int
    status: int
    source: str
    port: int
    seconds: float

    @property
    def ends(self) -> datetime:
        """When it was answered, or given up; the VM tells whole seconds of when it began."""
        return self.time + timedelta(seconds=self.seconds + 1)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All that was printed: what became of each request, why the script stopped ("" if it did not), if it ended."""

    id: str
    count: int
    answers: tuple[Answer, ...]
    stopped: str
    ended: bool


def agent(id_: str, number: int) -> str:
    """The user agent of a request, by which the logs have it."""
    return f"{MARK}/{id_}-{number}"


def taken_apart(text: str, id_: str = "") -> Answers:
    """What the script printed, among whatever else a shell prints; of one run, and of none but `id_` where it is given.

    Raises:
        UnusableError: for what no script of ours prints.
    """
    found = [match for line in text.splitlines() if (match := _LINE.fullmatch(line.strip()))]
    runs = {match[1] for match in found}
    if (id_ and runs - {id_}) or len(runs) > 1:
        raise UnusableError("what came back is of another run of the script; give that of one run")
    if not found:
        raise UnusableError(
            "nothing that the script prints came back; is it complete, from its first line to its last?"
        )
    answers, count, stopped, ended = dict[int, Answer](), 0, "", False
    for said in (match[2] for match in found):
        if begin := _BEGIN.fullmatch(said):
            count = int(begin[1])
        elif stop := _STOPPED.fullmatch(said):
            stopped = stop[1]
        elif said == "end":
            ended = True
        else:
            one = _answer(said)
            if one.number in answers:
                raise _foreign()
            answers[one.number] = one
    if any(not 1 <= number <= min(count, MOST) for number in answers) or _span(answers) > _LONGEST:
        raise _foreign()
    return Answers(
        id=found[0][1], count=count, answers=tuple(one for _, one in sorted(answers.items())), stopped=stopped,
        ended=ended or bool(stopped),
    )  # fmt: skip


def _answer(said: str) -> Answer:
    match = _ANSWER.fullmatch(said)
    if match is None:
        raise _foreign()
    number, began, code, status, source, port, seconds = match.groups()
    try:
        address = str(IPv4Address(source)) if source else ""
    except ValueError:
        raise _foreign() from None
    if int(port) > 65535 or int(status) not in {0, *range(100, 600)}:
        raise _foreign()
    return Answer(
        number=int(number), time=datetime.fromtimestamp(int(began), UTC), exit=int(code), status=int(status),
        source=address, port=max(int(port), 0), seconds=float(seconds),
    )  # fmt: skip


def _span(answers: dict[int, Answer]) -> timedelta:
    times = [one.time for one in answers.values()]
    return max(times) - min(times) if times else timedelta()


def _foreign() -> UnusableError:
    return UnusableError("what came back from the VM is not what the script prints; nothing of it is used")
