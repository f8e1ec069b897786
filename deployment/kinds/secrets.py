"""Secret Manager: versions of secrets that are read for a certificate, into the state or for one run alone."""

from __future__ import annotations

from dataclasses import replace

from deployment.kinds.kind import SECRET, Grant, data_source

_ACCESSOR = Grant(name="roles/secretmanager.secretAccessor", on=SECRET, why="reads the version at each plan")

VERSION = data_source("google_secret_manager_secret_version_access", "a version of a secret", grants=(_ACCESSOR,))
EPHEMERAL_VERSION = replace(
    VERSION,
    type="ephemeral.google_secret_manager_secret_version",
    comment="Read anew by each plan and apply, and kept by none.",
    # It asks for the version itself before its content, which the accessor's role does not allow.
    grants=(_ACCESSOR, Grant(name="roles/secretmanager.viewer", on=SECRET, why="reads the version's description")),
)
