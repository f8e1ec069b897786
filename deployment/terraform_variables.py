"""The variables that Terraform runs with: the user's own for `init`, and a clean set for everything after it.

`init` finds the provider as it always does for this user: registry, plugin cache or local mirror. What plans and
applies then has no credentials, no configuration and no way out: every endpoint and every proxy is on loopback.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# The user's own that would change what is planned, or how, by the beginnings of their names.
_LEFT_OUT = (
    "GOOGLE_",
    "CLOUDSDK_",
    "TF_VAR_",
    "TF_CLI_ARGS",
    "TF_WORKSPACE",
    "TF_DATA_DIR",
    "TF_LOG",
    "TF_REATTACH_PROVIDERS",
)


def for_init(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The user's variables without those that would change what is planned."""
    variables = os.environ if variables is None else variables
    kept = {name: value for name, value in variables.items() if not name.startswith(_LEFT_OUT)}
    return kept | {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


def for_deployment(home: Path, url: str, endpoints: Mapping[str, str]) -> dict[str, str]:
    """A clean set: `home` is an empty folder, `url` the stand-in, `endpoints` its variables."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), url)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "GOOGLE_APPLICATION_CREDENTIALS": "",
        "CLOUDSDK_CONFIG": str(home / "gcloud"),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        **proxies,
        **endpoints,
    }
