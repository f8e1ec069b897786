"""The CDK that these tests run on, and programs as its users write them."""

from __future__ import annotations

import re

from cdktf_fast_synthesis import fitting

CDK = fitting.cdk()


def native(text: str) -> str:
    """A text that names cdktf and its bindings, with the names of the CDK that these tests run on."""
    text = text.replace("cdktf_cdktf_provider_google", CDK.bindings)
    return re.sub(r"\bcdktf\b", CDK.module, text)
