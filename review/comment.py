"""Puts a report, which a pull request's own code has made, into the one comment on that pull request.

Runs in a workflow that may write comments, from the default branch's code, with the standard library alone. The report
is untrusted: which pull request it belongs to is taken from the event, and a text that is not of the form that
review/formats/markdown.py writes (comment_form.py) is not posted.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from deployment.printable import printable, printable_lines
from review.comment_form import MARKER, misshapen
from review.labels import label_of, put_label

LARGEST = 65_000  # characters; GitHub takes 65,536
# As ./psc begins the sentence in which it says why it could not go on.
_REFUSAL = re.compile(r"psc: (.{1,600})")
_BOT = "github-actions[bot]"


class RefusedError(Exception):
    """The report or the event is not of the form that is expected; nothing was posted."""


def checked(file: Path) -> str:
    """The report's text.

    Raises:
        RefusedError: when it is not there, too large, no text, or holds anything but what a report consists of.
    """
    if file.is_symlink() or not file.is_file():
        raise RefusedError("there is no report")
    if file.stat().st_size > 4 * LARGEST:
        raise RefusedError("the report is too large")
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError("the report is no text") from error
    if len(text) > LARGEST:
        raise RefusedError("the report is too large")
    if printable_lines(text) != text:
        raise RefusedError("the report holds control or invisible characters")
    line = misshapen(text)
    if line:
        raise RefusedError(f"line {line} of the report is not of the form that is expected")
    return text


class GitHub:
    """The few calls that are needed."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        """`repository` is OWNER/NAME."""
        self._base, self._token = f"{api}/repos/{repository}", token

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """One call, JSON in and out.

        Raises:
            RefusedError: when GitHub does not answer it.
        """
        address = f"{self._base}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(  # noqa: S310 - the API's own address
            address,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self._token}", "Accept": "application/vnd.github+json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except (urllib.error.URLError, TimeoutError, ValueError) as error:
            raise RefusedError(f"GitHub does not answer {method} {path}: {error}") from error


def pull_requests(github: GitHub, run: dict[str, Any]) -> list[int]:
    """The open pull requests whose present head the run was for; the event does not tell two of one head apart.

    Raises:
        RefusedError: when there is none, because it was closed or has moved on, or its fork was deleted.
    """
    head = run["head_repository"]
    if head is None:
        raise RefusedError("the fork of the pull request is gone")
    wanted = f"{head['owner']['login']}:{run['head_branch']}"
    found = [
        int(candidate["number"])
        for candidate in github.call("GET", "/pulls", state="open", head=wanted, per_page="100")
        if (candidate["head"]["repo"] or {}).get("full_name") == head["full_name"]
        and candidate["head"]["sha"] == run["head_sha"]
    ]
    if not found:
        raise RefusedError("no open pull request has this head any more")
    return found


def post(github: GitHub, number: int, text: str, marker: str = MARKER) -> None:
    """Update our comment, which begins with `marker`, or make it."""
    for page in range(1, 31):  # 3,000 comments
        comments = github.call("GET", f"/issues/{number}/comments", per_page="100", page=str(page))
        for comment in comments:
            # The account of a comment is null once it was deleted, a body when it is empty.
            author, body = (comment["user"] or {}).get("login"), comment["body"] or ""
            if author == _BOT and body.startswith(marker):
                github.call("PATCH", f"/issues/comments/{int(comment['id'])}", {"body": text})
                return
        if len(comments) < 100:
            break
    github.call("POST", f"/issues/{number}/comments", {"body": text})


def with_head(text: str, commit: str) -> str:
    """The report with the commit that it is about beneath its heading: the event's, so certainly that one."""
    marker, heading, *rest = text.split("\n")
    return "\n".join([marker, heading, "", f"Of the commit `{commit[:12]}`.", *rest])


def unmade(reason: RefusedError, log: Path) -> str:
    """The comment in place of a report that is not there or not of the form; what ./psc said of it, if it did."""
    said = _REFUSAL.findall(_log(log))
    why = f"`{_plain(said[-1])}`" if said else f"{reason}."
    return (
        f"{MARKER}\n## Review: there is no report\n\n"
        f"The review could not run, or what it wrote is not shown: {why} See the checks.\n"
    )


def _log(file: Path) -> str:
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - 100_000))
            return "" if file.is_symlink() else log.read(100_000).decode("utf-8", "replace")
    except OSError:
        return ""


def _plain(text: str) -> str:
    """As it stands in a code span, which nothing inside may end."""
    return printable(text.strip()).replace("`", r"\x60") or "?"


def _text(file: Path, numbers: list[int]) -> str:
    if len(numbers) > 1:
        raise RefusedError(
            "more than one open pull request has this head, and a report is about one base; close all but one, and "
            "run the review again"
        )
    return checked(file)


def main(file: str) -> int:
    """Post the report in `file` for the event of this workflow run; 1 when it is refused."""
    run = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())["workflow_run"]
    github = GitHub(os.environ["GITHUB_API_URL"], os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_TOKEN"])
    try:
        numbers = pull_requests(github, run)
        try:
            text, code = _text(Path(file), numbers), 0
        except RefusedError as error:
            text, code = unmade(error, Path(file).with_name("log.txt")), 1
            print(error, file=sys.stderr)
        for number in numbers:
            post(github, number, with_head(text, str(run["head_sha"])))
            if os.environ.get("REVIEW_LABELS"):
                put_label(github, number, label_of(text))
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
