"""The comment's report is untrusted: only our own form is posted, on the pull request that the event names."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from review import comment, deployed
from review.comment import RefusedError, checked
from review.comment_form import MARKER, misshapen
from review.formats import markdown
from review.report import Report
from tests.review.stacks import PRODUCER, edited, reported
from tests.review.test_formats import EVIL, evil_report

INGRESS = "resource/google_cloud_run_v2_service/shop/ingress"
LIMIT = "resource/google_compute_service_attachment/shop/consumer_accept_lists/0/connection_limit"


@pytest.mark.parametrize("text", EVIL)
def test_what_a_review_writes_is_accepted_whatever_names_are_in_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    file.write_text(markdown.text(evil_report(text)))
    assert checked(file) == file.read_text()


def test_every_part_of_a_report_is_accepted(tmp_path: Path) -> None:
    from review.rehearsed import rehearsed
    from tests.review.test_report import account

    file = tmp_path / "review.md"
    for before, after in ((None, PRODUCER), (PRODUCER, None), (PRODUCER, PRODUCER)):
        file.write_text(markdown.text(reported(before, after, rehearsals=[rehearsed(account(), "default")])))
        assert checked(file)
    rules = {f"f{at}": {"name": f"f{at}", "allow": [{"protocol": "tcp"}]} for at in range(900)}
    file.write_text(markdown.text(reported(PRODUCER, edited(PRODUCER, "resource/google_compute_firewall", rules))))
    assert checked(file)


@pytest.mark.parametrize(
    "line",
    [
        "@everyone", "[x](https://evil.example)", "![x](y)", "https://evil.example", "www.evil.example", "<img src=x>",
        "<a href=x>", "`open", "\\`@user`", "<details>`<img src=x>`", "| `a | @user` | | |", "see #1", "GH-12",
        "&#64;user", "    indented", "<!-- x -->", "[x]: y", "~~~", "<code>@user</code>", "``` \n@user\n```",
        "```mermaid\nflowchart LR\n  click n0 \"javascript:x\"\n```", "mailto:a", "&commat;user", "x\x1b[31m",
        "a\u202eb", "<sub onclick=x>", "`a` `@user", "`a\n@user`", "``a` @user`",
        "see deadbeef", "```mermaid\n    n0[\"x<br>fa:fa-ban\"]:::same\n```",
        "`a\u3164b`", "`a\u0301\u0301\u0301`", "`a##[error]b`",
    ],
)  # fmt: skip
def test_what_would_be_more_than_words_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    file.write_text(f"{MARKER}\n## Review: fine\n\n{line}\n")
    with pytest.raises(RefusedError):
        checked(file)


@pytest.mark.parametrize("content", [b"", b"no marker", b"\xff\xfe", f"{MARKER}\n{'x' * 70_000}".encode(), None])
def test_what_is_no_report_is_refused(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RefusedError):
        checked(file)


def test_a_link_to_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{MARKER}\nwords\n")
    (tmp_path / "review.md").symlink_to(tmp_path / "secret")
    with pytest.raises(RefusedError):
        checked(tmp_path / "review.md")


class Api:
    """As much of GitHub as the comment needs, on loopback."""

    def __init__(self) -> None:
        self.pulls: list[dict[str, Any]] = []
        self.merged: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.labels: list[str] = []
        self.asked: list[str] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                answer = json.dumps(api.handle(self.command, self.path, body)).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def label(self, method: str, path: str, body: Any) -> Any:
        if method == "POST":
            self.labels += body["labels"]
        elif method == "DELETE":
            self.labels.remove(unquote(path.rpartition("/")[2]))
        return [{"name": name} for name in self.labels]

    def handle(self, method: str, path: str, body: Any) -> Any:
        self.asked.append(f"{method} {path}")
        if method == "GET" and "/pulls?" in path:
            return self.pulls
        if method == "GET" and path.endswith("/pulls"):
            return self.merged
        if "/labels" in path:
            return self.label(method, path, body)
        if method == "GET":
            return self.comments
        if method == "POST":
            self.comments.append({"id": len(self.comments) + 1, "user": {"login": "github-actions[bot]"}, **body})
        else:
            number = int(path.rpartition("/")[2])
            next(comment for comment in self.comments if comment["id"] == number).update(body)
        return {}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Api]:
    made = Api()
    head = {"owner": {"login": "fork"}, "full_name": "fork/repo"}
    run = {"head_sha": "a" * 40, "head_branch": "x&state=closed", "head_repository": head}
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": run}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    monkeypatch.setenv("GITHUB_API_URL", made.url)
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/repo")
    monkeypatch.setenv("GITHUB_TOKEN", "none")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made.pulls = [
        {"number": 6, "head": {"sha": "b" * 40, "repo": {"full_name": "fork/repo"}}},
        {"number": 7, "head": {"sha": "a" * 40, "repo": {"full_name": "fork/repo"}}},
    ]
    yield made
    made.server.shutdown()


def test_the_comment_is_made_once_and_then_updated(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    api.comments = [{"id": 9, "user": {"login": "somebody"}, "body": f"{MARKER} mine"}]
    for text in (f"{MARKER}\nfirst\n", f"{MARKER}\nsecond\n"):
        file.write_text(text)
        assert comment.main(str(file)) == 0
    told = f"{MARKER}\nsecond\n\nOf the commit `{'a' * 12}`.\n"
    assert [comment["body"] for comment in api.comments] == [f"{MARKER} mine", told]
    assert "POST /repos/owner/repo/issues/7/comments" in api.asked
    assert "head=fork%3Ax%26state%3Dclosed" in api.asked[0]


def test_two_pull_requests_of_one_head_get_no_report_about_another_base(api: Api, tmp_path: Path) -> None:
    (tmp_path / "review.md").write_text(f"{MARKER}\n## Review: nothing changes\n")
    api.pulls.append(api.pulls[1] | {"number": 8})
    assert comment.main(str(tmp_path / "review.md")) == 1
    for number in (7, 8):
        assert any(f"/issues/{number}/comments" in asked for asked in api.asked)
    assert "more than one open pull request has this head" in api.comments[0]["body"]


def test_a_head_that_has_moved_on_gets_no_comment(api: Api, tmp_path: Path) -> None:
    (tmp_path / "review.md").write_text(f"{MARKER}\nwords\n")
    api.pulls = api.pulls[:1]
    assert comment.main(str(tmp_path / "review.md")) == 1
    assert api.comments == []


def test_a_refused_report_is_said_without_any_of_it(api: Api, tmp_path: Path) -> None:
    (tmp_path / "review.md").write_text(f"{MARKER}\n@everyone evil\n")
    assert comment.main(str(tmp_path / "review.md")) == 1
    assert len(api.comments) == 1
    assert "everyone" not in api.comments[0]["body"]


def test_a_review_that_could_not_run_is_said_with_its_own_sentence(api: Api, tmp_path: Path) -> None:
    """As text in a code span, for that sentence is of the pull request's making, too."""
    (tmp_path / "log.txt").write_text(
        "synthesized the base: default\npsc: 'x' is `no` revision @everyone\x1b[31m\u3164\n"
    )
    assert comment.main(str(tmp_path / "review.md")) == 1
    assert api.comments[0]["body"].splitlines() == [
        MARKER,
        "## Review: there is no report",
        "",
        f"Of the commit `{'a' * 12}`.",
        "",
        "The review could not run, or what it wrote is not shown: "
        r"`'x' is \x60no\x60 revision @everyone\x1b[31m\u3164` See the checks.",
    ]


@pytest.mark.parametrize(
    ("report", "label"),
    [
        (reported(PRODUCER, PRODUCER), "review: nothing changes"),
        (reported(PRODUCER, edited(PRODUCER, INGRESS, "INGRESS_TRAFFIC_ALL")), "review: findings"),
        (reported(PRODUCER, edited(PRODUCER, LIMIT, 20)), "review: to decide"),
        (None, "review: no report"),
    ],
)  # fmt: skip
def test_the_pull_request_gets_the_one_label_of_its_review_if_wished(
    report: Report | None, label: str, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "review.md"
    if report:
        file.write_text(markdown.text(report))
    api.labels = ["bug", "review: findings", "review: to decide"]
    comment.main(str(file))
    assert api.labels == ["bug", "review: findings", "review: to decide"]
    monkeypatch.setenv("REVIEW_LABELS", "yes")
    comment.main(str(file))
    assert sorted(api.labels) == ["bug", label]


def test_what_became_of_a_deployment_stands_on_the_pull_request_that_was_merged(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "c" * 40
    needs = {"stacks": {"result": "success"}, "producer": {"result": "success"}, "consumer": {"result": "failure"}}
    for name, value in {
        "GITHUB_SHA": commit, "GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "5",
        "ENVIRONMENT": "shop", "NEEDS": json.dumps(needs),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    api.merged = [
        {"number": 3, "merge_commit_sha": "d" * 40, "merged_at": "2026-11-01"},
        {"number": 4, "merge_commit_sha": commit, "merged_at": "2026-11-02"},
    ]
    api.comments = [{"id": 1, "user": {"login": "github-actions[bot]"}, "body": f"{MARKER}\nthe review's"}]
    for _ in range(2):
        assert deployed.main() == 0
    assert [one["body"].splitlines()[0] for one in api.comments] == [MARKER, deployed.MARKER]
    assert api.comments[1]["body"].splitlines()[1:] == [
        "## Deployment: failed",
        "",
        f"`{'c' * 12}` in the environment `shop`: [the run](https://github.example/owner/repo/actions/runs/5).",
        "",
        "- synthesis: went through",
        "- producer: went through",
        "- consumers: **failed**",
        "- verification: was not reached, or is not there",
    ]
    assert not any("/issues/3/" in asked for asked in api.asked)


@pytest.mark.parametrize(
    "text",
    ["See _www.evil.test/approve now.", "See _GHSA-aaaa now.", "_CVE-2026-1", "see _0a1b2c3d4e5f_ there", "_mailto:a"],
)
def test_an_underscore_hides_no_link(text: str) -> None:
    assert misshapen(f"{MARKER}\n## Review: no points to decide\n\n{text}\n") == 4
