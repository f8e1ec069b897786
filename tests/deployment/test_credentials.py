"""What looks like a credential, and what must not."""

from __future__ import annotations

import pytest

from deployment.credentials import looks_like

# Put together here, so that no scanner takes this file for a leak.
SHAPED = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE",
    "a Google API key": "AIza" + "SyA0123456789abcdefghijklmnopqrstuv",
    "a Google OAuth token": "ya29." + "a0AfH6SMBx0123456789abcdef",
    "a Google OAuth client secret": "GOCSPX" + "-0123456789abcdefghijklmn",
    "a key of an AWS account": "AKIA" + "0123456789ABCDEF",
    "a GitHub token": "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "a GitLab token": "glpat-" + "0123456789abcdefghij",
    "a Slack token": "xoxb-" + "0123456789-abcdef",
    "a Stripe key": "whsec_" + "0123456789abcdefghij",
    "a SendGrid key": "SG." + "0123456789abcdefghij.0123456789abcdefghij",
    "an npm token": "npm_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "a Hugging Face token": "hf_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "an API key": "sk-" + "proj-0123456789abcdefghij",
    "a JSON Web Token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.abc",
    "a password in a URL": "postgres://app:" + "hunter2@10.0.0.3/orders",
}


@pytest.mark.parametrize(("what", "value"), SHAPED.items(), ids=SHAPED)
def test_known_shapes_are_found_whatever_the_name(what: str, value: str) -> None:
    assert looks_like("SETTING", value) == what


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "API_KEY",
        "apikey",
        "SESSION_SECRET",
        "TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "SIGNING_KEY",
        "ENCRYPTION_KEY",
        "DB_PASS",
        "VAULT_SECRET_ID",
        "SMTP_AUTH",
        "SESSION_COOKIE",
        "MYSQL_DSN",
        "BEARER",
        "GITHUB_TOKEN_2",
        "private-key",
        "apiKey",
    ],
)
def test_telling_names_are_found_whatever_the_value(name: str) -> None:
    assert looks_like(name, "s3cr3t-value") == "a credential, by its name"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_URL", "https://example.com/token"),
        ("PASSWORD_FILE", "/run/secrets/password"),
        ("SECRET_NAME", "db-password"),
        ("API_KEY_ID", "42"),
        ("TOKEN_TTL", "3600"),
        ("USE_TOKEN", "true"),
        ("PASSWORD", ""),
        ("MODE", "production"),
        ("AUTH_MODE", "oidc"),
        ("PUBLIC_KEY", "ssh-ed25519 AAAA"),
        ("KEY_ROTATION", "weekly"),
        ("COMPASS", "north"),
        ("MONKEY", "banana"),
        ("IMAGE", "example@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("URL", "https://user@example.com:8443/path"),
        ("DSN", "postgres://app:${PASSWORD}@10.0.0.3/orders"),
    ],
)
def test_what_is_about_credentials_or_harmless_is_none(name: str, value: str) -> None:
    assert looks_like(name, value) == ""
