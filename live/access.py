"""Whose credentials a side of the deployment is read with: those that Terraform's google provider would take.

Sources: the provider's documentation, "Google Provider Configuration Reference" (the variables and their order), and
https://google-auth.readthedocs.io (Application Default Credentials).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.auth import default, impersonated_credentials, load_credentials_from_dict
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials

from deployment.stack import Stack
from live.failures import UnreachableError

TOKEN = "GOOGLE_OAUTH_ACCESS_TOKEN"  # noqa: S105 (the variable's name)
_KEYS = ("GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON")
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
LOG_IN = "log in with `gcloud auth application-default login`"


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a side is read: the account to act as, and the project whose quota calls count against; "" for neither."""

    impersonate: str = ""
    quota_project: str = ""

    @classmethod
    def of(cls, stack: Stack, variables: Mapping[str, str]) -> Access:
        """What a stack's provider says, else the variables that the provider reads."""
        provider = stack.items["provider.google"].values if "provider.google" in stack.items else {}
        overrides = provider.get("user_project_override") or variables.get("USER_PROJECT_OVERRIDE") in {"true", "1"}
        quota = provider.get("billing_project") or variables.get("GOOGLE_BILLING_PROJECT")
        account = provider.get("impersonate_service_account") or variables.get("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
        return cls(impersonate=str(account or ""), quota_project=str(quota or "") if overrides else "")


def session(access: Access, variables: Mapping[str, str]) -> AuthorizedSession:
    """A session of HTTP with these credentials.

    Raises:
        UnreachableError: when there are none, or what there is cannot be used.
    """
    try:
        with warnings.catch_warnings():
            # That a person's credentials have no quota project: Google says so where it matters.
            warnings.simplefilter("ignore")
            credentials = _own(variables)
        if access.impersonate:
            endpoint = variables.get("GOOGLE_IAM_CREDENTIALS_CUSTOM_ENDPOINT", "").rstrip("/")
            name = f"projects/-/serviceAccounts/{access.impersonate}:generateAccessToken"
            credentials = impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
                credentials,
                target_principal=access.impersonate,
                target_scopes=list(_SCOPES),
                iam_endpoint_override=f"{endpoint}/{name}" if endpoint else None,
            )
        if access.quota_project and hasattr(credentials, "with_quota_project"):
            credentials = credentials.with_quota_project(access.quota_project)
        return AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    except (GoogleAuthError, OSError, ValueError) as error:
        raise UnreachableError(f"there are no credentials for Google Cloud ({told(error)}); {LOG_IN}") from error
    except (AttributeError, TypeError, RuntimeError) as error:  # google-auth expects objects; RecursionError is one too
        wrong = "what is given is no JSON object with credentials"
        raise UnreachableError(f"there are no credentials for Google Cloud ({wrong}); {LOG_IN}") from error


def _own(variables: Mapping[str, str]) -> Any:
    if token := variables.get(TOKEN, "").strip():
        return Credentials(token=token)  # type: ignore[no-untyped-call]
    for name in _KEYS:
        if given := variables.get(name, "").strip():
            try:
                text = given if given.startswith("{") else Path(given).expanduser().read_text(encoding="utf-8")
            except OSError as error:  # without its path, which may be a key in another form
                raise ValueError(f"{name}: {error.strerror}") from error
            return load_credentials_from_dict(json.loads(text), scopes=_SCOPES)[0]  # type: ignore[no-untyped-call]
    return default(scopes=_SCOPES)[0]


def told(error: Exception) -> str:
    """The first line of what a library says, without its full stop."""
    first = error.args[0] if error.args else None
    text = (first if isinstance(first, str) else str(error)).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(". ")
