"""What messages tell people to do: those at a checkout, and those who have a bundle and no cdktf."""

from __future__ import annotations

import re

from cloudrun_psc.rules.terraform_names import address_name


def deploy(stack: str) -> str:
    """How a stack is deployed from a checkout."""
    return f"(cdktf deploy {stack})"


def accept(key: str) -> str:
    """Where a checkout says who may connect to a service."""
    return f"add it to producer.services.{key}.accept"


def handed_over(text: str) -> str:
    """A message or description of the stacks in the words for those who have a bundle."""
    text = _DEPLOY.sub(r"(terraform -chdir=\1 apply)", text)
    text = _ACCEPT.sub(lambda found: f"add it to the variable {address_name(found[1])}_accept", text)
    text = text.replace(" (docs/troubleshooting.md)", "")
    return re.sub(r"^Step \d+: (\w)", lambda found: found[1].upper(), text)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.escape(sentence).replace("NAME", r"([\w-]+)"))


_DEPLOY, _ACCEPT = _pattern(deploy("NAME")), _pattern(accept("NAME"))
