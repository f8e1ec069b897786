"""What a reviewer decides about, in the order in which a report leads with it."""

from __future__ import annotations

REACH, CUT, GONE, EXPOSED, TRUSTED, UNJUDGED = "reach", "interrupted", "destroyed", "exposed", "trusted", "unjudged"
HEADINGS = {
    REACH: "Who can newly reach what",
    CUT: "What is interrupted or lost",
    GONE: "What is destroyed",
    EXPOSED: "What becomes public or unlogged",
    TRUSTED: "Who acts, and what is trusted",
    UNJUDGED: "What no rule judges",
}
