"""The modules of a JavaScript package in one file, with every `require` among them resolved beforehand.

cdktf is some 150 small files, and finding each takes Node longer than running it. The files themselves stay beside the
bundle: a module that is not in it, or is asked for by another way, is loaded as ever (see node/preload.cjs).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping

BUNDLE = ".bundle.js"
ENTRY = "lib/index.js"
_REQUIRE = re.compile(r"""\brequire\((["'])([^"'\\]+)\1\)""")
# For TerraformAsset alone, and a third of cdktf's loading time: it is loaded when it is called.
_LATER = ('const archiver = require("archiver");', 'const archiver = (...given) => require("arch" + "iver")(...given);')


def bundle(files: Mapping[str, bytes]) -> bytes:
    """`files` (path in the package → content) from its entry on, as a script that says what it holds.

    Its value is [path → function of a CommonJS module, path → what it requires → path].
    """
    functions: list[str] = []
    resolved: dict[str, dict[str, str]] = {}
    waiting, seen = [ENTRY], {ENTRY}
    while waiting:
        path = waiting.pop()
        text = files[path].decode("utf-8")
        if path.endswith(".json"):
            text = f"module.exports = {text}"
        elif path == "lib/private/fs.js" and text.count(_LATER[0]) == 1:
            text = text.replace(*_LATER)
        functions.append(
            f"{json.dumps(path)}: function (exports, require, module, __filename, __dirname) {{\n{text}\n}}"
        )
        found = {request: target for request in _requests(text) if (target := _resolve(request, path, files))}
        resolved[path] = found
        waiting += [target for target in found.values() if target not in seen]
        seen |= set(found.values())
    modules = ",\n".join(functions)
    return f"module.exports = [{{\n{modules}\n}}, {json.dumps(resolved)}];\n".encode()


def _requests(text: str) -> set[str]:
    return {found[2] for found in _REQUIRE.finditer(text)}


def _resolve(request: str, path: str, files: Mapping[str, bytes]) -> str | None:
    """The file in the package that Node would find, or None when Node is to find it itself."""
    folder = posixpath.dirname(path)
    if request.startswith("."):
        return _file(posixpath.normpath(posixpath.join(folder, request)), files)
    while True:
        found = _file(posixpath.join(folder, "node_modules", request), files)
        if found or not folder:
            return found
        folder = posixpath.dirname(folder)


def _file(path: str, files: Mapping[str, bytes]) -> str | None:
    """As Node resolves a path: the file, with .js or .json, or the folder's entry point."""
    for candidate in (path, f"{path}.js", f"{path}.json"):
        if candidate in files and candidate.endswith((".js", ".json")):
            return candidate
    described = files.get(f"{path}/package.json")
    if described is not None:
        description = json.loads(described)
        if "exports" in description:
            return None  # conditions and patterns: Node's own business
        if "main" in description:
            return _file(posixpath.normpath(posixpath.join(path, description["main"])), files)
    return f"{path}/index.js" if f"{path}/index.js" in files else None
