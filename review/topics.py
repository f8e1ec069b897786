"""What a reviewer decides about, in the order in which a report leads with it."""

from __future__ import annotations

OUTSIDE, REACH, CUT, GONE = "outside", "reach", "interrupted", "destroyed"
EXPOSED, TRUSTED, UNJUDGED = "exposed", "trusted", "unjudged"
HEADINGS = {
    OUTSIDE: "What somebody opened outside Terraform",
    REACH: "Who can newly reach what",
    CUT: "What is interrupted or lost",
    GONE: "What is destroyed or left behind",
    EXPOSED: "What becomes public or unlogged",
    TRUSTED: "Who acts, and what is trusted",
    UNJUDGED: "What no rule judges",
}
