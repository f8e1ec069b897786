"""One tampering at a time, of any sort: verification says so in a sentence, and does not hang."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from handover.again import as_recorded
from handover.bundle import Bundle, Wish
from handover.manifest import MANIFEST, SUMS, ManifestError, digest, read, sums
from handover.present import present
from handover.verification import checksums, content, secrets
from tests.handover.conftest import Make, put
from tests.handover.test_tampering import LOADED, ODD

_FOLDERS = ["", "producer/", "consumer/", "producer/value_tests/", "modules/", "producer/a b/", ".hidden/", "é/\n/"]
_NAMES = [
    *LOADED, "terraform.tfvars.json", ".auto.tfvars", "b.auto.tfvars.json", "Main.tf", "main.TF.JSON",
    "MAIN_OVERRIDE.TF", "main.tf\u200b.tf", "é.tf", "\udcff.tf", "-.tf", " .tf", "~.tf", "#.tf", "a\r.tf",
    "\u202egpj.tf", "::error::.tf", "x.tofutest.hcl", "x.tftest.json", "x.tfmock.hcl", "x.tfquery.hcl",
    ".TERRAFORM.LOCK.HCL", "Terraform.D/x", "ſ.tf", ".terraform/providers/x", ".terraform/terraform.tfstate",
    "terraform.d/x", "variables_override.tofu.json",
]  # fmt: skip
_JUNK = [b"\n", b" ", b"\0", b"\xff", b"\r", b"#", b"/*", b'"', b"{}", b"\xef\xbb\xbf", "\u2028".encode(), b"\x1b[2J",
         b'\nmodule "x" {\n  source = "git::https://evil.example"\n}\n']  # fmt: skip
_VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 1.5, 1e308, float("nan"), float("inf"), 10**400, "", "x", "hcl", "json", "tofu",
    "producer", "default", "../x", "\n::error::x", [], {}, ["producer"], ["consumer", "producer"], ["producer"] * 2,
    ["producer/terraform.tfvars"], ["consumer/terraform.tfvars.json"], [[]], "x" * 10_000,
]  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """A bundle's folder, what it was made as, and where chance comes from."""

    folder: Path
    made: Bundle
    chance: random.Random

    def file(self) -> Path:
        """Any file of the bundle but its list."""
        return self.folder / self.chance.choice(sorted(self.made.files.keys() - {SUMS}))

    def lines(self, file: Path) -> list[bytes]:
        """Those of a file, with their ends."""
        return file.read_bytes().splitlines(keepends=True)


def _added(place: _Place) -> str:
    path = place.chance.choice(_FOLDERS) + place.chance.choice(_NAMES)
    file = place.folder / path
    if os.path.lexists(file):
        return ""
    text = place.chance.choice([b"", b"x", place.file().read_bytes()])
    try:
        put({path: text}, place.folder)
    except OSError:
        return ""
    return f"added {path!r}"


def _line(place: _Place) -> str:
    file, chance = place.file(), place.chance
    lines = place.lines(file)
    at = chance.randrange(len(lines))
    to = chance.randrange(len(lines))
    sort = chance.choice(["gone", "twice", "moved", "indented", "trailing", "cut", "commented", "joined"])
    line = lines.pop(at)
    if sort in {"twice", "moved"}:
        lines.insert(to, line)
    if sort == "twice":
        lines.insert(at, line)
    ending = {"indented": b" " + line, "trailing": line[:-1] + b" \n", "cut": line[: len(line) // 2],
              "commented": b"# " + line, "joined": line[:-1]}  # fmt: skip
    if sort in ending:
        lines.insert(at, ending[sort])
    return _written(file, b"".join(lines), sort)


def _bytes(place: _Place) -> str:
    file, chance = place.file(), place.chance
    text = file.read_bytes()
    at = chance.randrange(len(text))
    junk = chance.choice(_JUNK)
    sort = chance.randrange(8)
    edited = [
        text[:at] + junk + text[at:],
        text + junk,
        junk + text,
        text[:at] + bytes([text[at] ^ (1 << chance.randrange(8))]) + text[at + 1 :],
        text[:at],
        text.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n"])),
        text.swapcase() if chance.random() < 0.5 else b"",
        text.replace(b" ", chance.choice([b"\t", "\u00a0".encode(), b""])),
    ][sort]
    return _written(file, edited, f"bytes {sort} {junk!r}")


def _written(file: Path, text: bytes, how: str) -> str:
    if text == file.read_bytes():
        return ""
    file.write_bytes(text)
    return f"{file.name}: {how}"


def _filed(place: _Place) -> str:
    file, other = place.file(), place.file()
    sort = place.chance.choice(["gone", "renamed", "exchanged", "copied over", *ODD])
    if sort == "gone":
        file.unlink()
    elif sort == "renamed":
        file.rename(file.with_name(place.chance.choice(["x", f"{file.name}~", f".{file.name}", f"{file.name}.tf"])))
    elif sort in {"exchanged", "copied over"}:
        first, second = file.read_bytes(), other.read_bytes()
        if first == second:
            return ""
        file.write_bytes(second)
        if sort == "exchanged":
            other.write_bytes(first)
    else:
        ODD[sort](file)
    return f"{file.name}: {sort}"


def _folder(place: _Place) -> str:
    stack, chance = place.folder / place.chance.choice(["producer", "consumer"]), place.chance
    sort = chance.choice(["linked", "gone", "renamed", "open", "case", "file"])
    if sort == "open":
        chance.choice([stack, place.folder]).chmod(0o777)
    elif sort == "gone":
        shutil.rmtree(stack)
    else:
        away = stack.with_name({"linked": ".moved", "case": stack.name.upper()}.get(sort, "renamed"))
        stack.rename(away)
        if sort == "linked":
            stack.symlink_to(away.name)
        if sort == "file":
            stack.write_bytes(b"")
    return f"{stack.name}: {sort}"


def _sums(place: _Place) -> str:
    file, chance = place.folder / SUMS, place.chance
    lines = place.lines(file)
    at = chance.randrange(len(lines))
    line = lines[at]
    hashed, path = line[:64], line[66:-1]
    edits: dict[str, list[bytes]] = {
        "gone": [], "twice": [line, line], "binary": [hashed + b" *" + path + b"\n"],
        "upper": [hashed.upper() + b"  " + path + b"\n"] if hashed.upper() != hashed else [],
        "dot": [hashed + b"  ./" + path + b"\n"], "up": [hashed + b"  x/../" + path + b"\n"],
        "absolute": [hashed + b"  /" + path + b"\n"], "escaped": [b"\\" + line], "crlf": [line[:-1] + b"\r\n"],
        "comment": [b"# " + line], "tag": [b"SHA256 (" + path + b") = " + hashed + b"\n"], "blank": [line, b"\n"],
        "other": [bytes(reversed(hashed)) + b"  " + path + b"\n"], "more": [line, hashed + b"  zz.tf\n"],
        "self": [line, hashed + b"  SHA256SUMS\n"], "nul": [hashed + b"  " + path + b"\0\n"],
        "bom": [b"\xef\xbb\xbf" + line], "space": [hashed + b"  " + path + b" \n"], "joined": [line[:-1]],
        "sha512": [hashed * 2 + b"  " + path + b"\n"], "tab": [hashed + b"\t" + path + b"\n"],
        "twin": [hashed + b"  " + path.swapcase() + b"\n"], "missing": [line, hashed + b"  README\n"],
    }  # fmt: skip
    sort = chance.choice([*edits, "empty", "cr", "all twice", "a hash elsewhere"])
    if sort in edits:
        lines[at : at + 1] = edits[sort]
    elif sort == "a hash elsewhere":
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other][:64] + line[64:], hashed + lines[other][64:]
    text = {"empty": b"", "cr": b"".join(lines).replace(b"\n", b"\r"), "all twice": b"".join(lines * 2)}
    return _written(file, text.get(sort, b"".join(lines)), f"{sort} of {path.decode()}")


def _manifest(place: _Place) -> str:
    file, chance = place.folder / MANIFEST, place.chance
    document = json.loads(file.read_text())
    at = chance.choice([document, document["source"]])
    key = chance.choice([*at, "more", "program", "operated", "revoked"])
    sort = chance.choice(["gone", "other", "other", "other", "twice", "deep", "layout"])
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    if sort == "twice":
        text = text.replace(f'"{key}":', f'"{key}": {json.dumps(chance.choice(_VALUES))}, "{key}":', 1)
    elif sort == "layout":
        text = json.dumps(document, indent=chance.choice([None, 1, 4]), sort_keys=chance.random() < 0.5)
    else:
        at[key] = chance.choice(_VALUES) if sort == "other" else "DEEP"
        if sort == "gone":
            del at[key]
        text = json.dumps(document, indent=2, sort_keys=True) + "\n"
        depth = chance.choice([10, 1_000, 100_000])
        text = text.replace('"DEEP"', "[" * depth + "]" * depth)
    return _written(file, text.encode(), f"{sort} {key} {at.get(key)!r:.80}")


def _values(place: _Place) -> str:
    """What a plan does with the values is another thing, and so it is with what tests them."""
    file = next(place.folder.glob(f"{place.chance.choice(['producer', 'consumer'])}/terraform.tfvars*"))
    text = file.read_bytes()
    more = b'more = "x"\n' if file.suffix == ".tfvars" else b'{"more": "x", ' + text.lstrip()[1:]
    return _written(file, more + text if file.suffix == ".tfvars" else more, "a further value")


_SORTS: list[Callable[[_Place], str]] = [_added, _line, _bytes, _filed, _folder, _sums, _manifest, _values]


def _agreeing(place: _Place) -> None:
    """A list of files that agrees with what is there now, as whoever edits a bundle would write it."""
    there = {path: text for path, text in present(place.folder).files.items() if path != SUMS}
    if all(path.isprintable() for path in there):
        (place.folder / SUMS).unlink(missing_ok=True)
        (place.folder / SUMS).write_bytes(sums(there))


@pytest.mark.parametrize("format_", ["json", "hcl"])
def test_every_tampering_is_told(format_: str, make: Make, tmp_path: Path) -> None:
    """Longer with PSC_FUZZ_ROUNDS."""
    made = make(wish=Wish(format=format_))
    chance = random.Random(f"bundles {format_}")
    kept: dict[str, Bundle] = {made.manifest.text(): made}
    for number in range(60 * int(os.environ.get("PSC_FUZZ_ROUNDS", "1"))):
        folder = put(made.files, tmp_path / str(number) / "bundle")
        place = _Place(folder, made, chance)
        done = ""
        while not done:
            done = chance.choice(_SORTS)(place)
        if chance.random() < 0.5 and not done.startswith(("SHA256SUMS", "manifest.json: layout")):
            _agreeing(place)
            done += ", in the list too"
        said = _verified(folder, make, kept)
        assert said, done
        assert all(line.isprintable() for line in said), done
        shutil.rmtree(folder.parent)


def _verified(folder: Path, make: Make, kept: dict[str, Bundle]) -> list[str]:
    """What is printed where there is a finding or a refusal; nothing where all is fine."""
    try:
        manifest, listed = read(folder)
        key = manifest.text()
        if key not in kept and manifest.environment == "default":
            wish = Wish(
                format=manifest.format, stacks=manifest.stacks, harmless=manifest.harmless, program=manifest.program
            )
            kept[key] = as_recorded(make(wish=wish, source=manifest.source), manifest.operated)
    except ManifestError as error:
        return [str(error)]
    wanted = kept[key].files if key in kept else {}
    there = present(folder)
    verdicts = [checksums(there, listed), content(there, listed, wanted), secrets(there, manifest.harmless)]
    if any(verdict.held is False for verdict in verdicts):
        return [line for verdict in verdicts for line in verdict.lines()]
    assert digest(there.files[SUMS])
    return []
