"""Who may import whom, as pyproject.toml says it: import-linter, quiet unless a rule is broken."""

from __future__ import annotations

import contextlib
import io
import sys

from importlinter.cli import lint_imports

if __name__ == "__main__":
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    if code:
        print(output.getvalue()[output.getvalue().find("Broken contracts") :])
    sys.exit(code)
