"""Where paths lead that somebody else gives."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: Path) -> Path:
    """The absolute path without links. Of links in a circle one is left, and whoever opens it gets an OSError.

    `Path.resolve` raises a RuntimeError for them before Python 3.13.
    """
    return Path(os.path.realpath(path))
