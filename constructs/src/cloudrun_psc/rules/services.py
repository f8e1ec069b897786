"""Rules of a Cloud Run service's container beyond names and sizes: probes, files out of secrets, annotations.

Source: the descriptions of Cloud Run's API (run v2), where nothing else is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from posixpath import dirname

from cloudrun_psc.rules.bounds import Bounds
from cloudrun_psc.rules.defaults import RUN_STARTUP_SECONDS
from cloudrun_psc.rules.faults import Fault, mismatch, shown

# Below one folder at least; no part that leads elsewhere, and no colon (VolumeMount.mountPath).
SECRET_FILE = r"(?:/(?!\.\.?/)[A-Za-z0-9._-]+)+/(?!\.\.?$)[A-Za-z0-9._-]+"  # noqa: S105
HTTP_PATH = r"/[!-~]*"
# A key as Kubernetes has it: an optional DNS name in front of a slash, and a name of 63 characters at most.
ANNOTATION = r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_GOOGLES_OWN = ("run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev")


def secret_file(path: str) -> Fault | None:
    """Where a secret's value stands as a file; its folder is that secret's alone."""
    fault = mismatch(
        path,
        SECRET_FILE,
        "the path of a secret's file",
        "an absolute path with a folder of its own, such as /secrets/tls/key.pem",
        "correct it",
    )
    # https://cloud.google.com/run/docs/configuring/services/secrets#disallowed_paths_and_limitations
    if fault is None and re.match(r"/(?:dev|proc|sys)(?:/|$)", path):
        fault = Fault(
            wrong=f"{shown(path)} is in a folder of the system's", allowed="any other folder", remedy="move it"
        )
    return fault


def secret_volume(path: str) -> str:
    """The name of the volume that a secret's file is in: its folder's, in the letters that a volume may have."""
    return re.sub("[^a-z0-9]+", "-", dirname(path).lower()).strip("-")[-63:].strip("-")


def secret_folders(paths: Iterable[str]) -> Fault | None:
    """Cloud Run mounts one secret in a folder, and hides with it what the image has there."""
    known: dict[str, str] = {}
    for path in sorted(paths):
        other = known.setdefault(secret_volume(path), path)
        if other != path:
            return Fault(
                wrong=f"{other} and {path} are in one folder, or in folders whose names differ too little",
                allowed="one secret in a folder",
                remedy="give each secret a folder of its own",
            )
    return None


def probe_kind(http_path: str | None, grpc_service: str | None) -> Fault | None:
    """A probe is one of HTTP, gRPC and TCP."""
    if http_path is not None and grpc_service is not None:
        return Fault(
            wrong="http_path and grpc_service are both given",
            allowed="one of them; neither is a TCP connection",
            remedy="remove one",
        )
    if http_path is not None:
        return mismatch(http_path, HTTP_PATH, "a path", "what begins with a slash, such as /healthz", "correct it")
    return None


def probe_times(period_seconds: int, timeout_seconds: int, period: Bounds) -> Fault | None:
    """The next try begins after the last one has ended."""
    if not period.least <= period_seconds <= period.most:
        wrong = f"period_seconds {period_seconds} is out of bounds"
        return Fault(wrong=wrong, allowed=str(period), remedy="give a number within them")
    if timeout_seconds <= period_seconds:
        return None
    return Fault(
        wrong=f"timeout_seconds {timeout_seconds} is longer than period_seconds {period_seconds}",
        allowed="at most as long",
        remedy="raise period_seconds, or lower timeout_seconds",
    )


def startup_time(period_seconds: int, failure_threshold: int) -> Fault | None:
    """How long a container may take to start: https://cloud.google.com/run/docs/configuring/healthchecks."""
    seconds = period_seconds * failure_threshold
    if seconds <= RUN_STARTUP_SECONDS:
        return None
    return Fault(
        wrong=f"failure_threshold {failure_threshold} times period_seconds {period_seconds} is {seconds} seconds",
        allowed=f"at most {RUN_STARTUP_SECONDS} seconds",
        remedy="lower one of the two",
    )


def annotation_key(key: str) -> Fault | None:
    """A key of annotations that Cloud Run's API keeps for other tools."""
    space = key.partition("/")[0] if "/" in key else ""
    if any(space == own or space.endswith(f".{own}") for own in _GOOGLES_OWN):
        return Fault(
            wrong=f"{shown(key)} is an annotation of Google's own, which Cloud Run's API refuses",
            allowed="keys of your own",
            remedy="take the key of the setting that it stands for, or an override where there is none",
        )
    return mismatch(key, ANNOTATION, "an annotation's key", "[DNS_NAME/]NAME as Kubernetes has it", "rename it")
