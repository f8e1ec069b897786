"""Says on the pull request that was merged what became of its deployment: a comment beside that of its review.

Runs in deploy.yml, so for a commit of the main branch alone, with the standard library alone. Nothing in the comment is
a text of others: results are GitHub's own words, and everything else is in the workflow's environment.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping

from review.comment import GitHub, RefusedError, post

MARKER = "<!-- cloudrun-psc deployment -->"
# The jobs of deploy.yml in their order, and what people call them.
_JOBS = {"stacks": "synthesis", "producer": "producer", "consumer": "consumers", "verify": "verification"}
_RESULTS = {
    "success": "went through",
    "failure": "**failed**",
    "cancelled": "was cancelled",
    "skipped": "was not reached, or is not there",
}


def told(needs: Mapping[str, Mapping[str, object]], environment: str, commit: str, run: str) -> str:
    """The comment, from the `needs` context of the workflow."""
    results = {job: str(needs.get(job, {}).get("result", "skipped")) for job in _JOBS}
    bad = [job for job, result in results.items() if result in {"failure", "cancelled"}]
    lines = [
        MARKER,
        f"## Deployment: {'failed' if bad else 'went through'}",
        "",
        f"`{commit[:12]}` in the environment `{re.sub(r'[^A-Za-z0-9._-]', '?', environment)}`: [the run]({run}).",
        "",
        *(f"- {_JOBS[job]}: {_RESULTS.get(result, 'unknown')}" for job, result in results.items()),
    ]
    return "\n".join(lines) + "\n"


def merged(github: GitHub, commit: str) -> Iterator[int]:
    """The pull requests that this commit is the merge of; none for a direct push."""
    for candidate in github.call("GET", f"/commits/{commit}/pulls"):
        if candidate["merge_commit_sha"] == commit and candidate["merged_at"]:
            yield int(candidate["number"])


def main() -> int:
    """Post it; 1 when GitHub does not answer."""
    repository, commit = os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_SHA"]
    github = GitHub(os.environ["GITHUB_API_URL"], repository, os.environ["GITHUB_TOKEN"])
    run = f"{os.environ['GITHUB_SERVER_URL']}/{repository}/actions/runs/{os.environ['GITHUB_RUN_ID']}"
    text = told(json.loads(os.environ["NEEDS"]), os.environ["ENVIRONMENT"], commit, run)
    try:
        for number in merged(github, commit):
            post(github, number, text, MARKER)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
