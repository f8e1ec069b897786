"""Who may import whom, as pyproject.toml says it: import-linter, quiet unless a rule is broken."""

from __future__ import annotations

import contextlib
import io
import sys

from importlinter.cli import lint_imports

if __name__ == "__main__":
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    if code:
        print(said.getvalue()[said.getvalue().find("Broken contracts") :])
    sys.exit(code)
