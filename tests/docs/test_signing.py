"""docs/handover.md's commands for signing a bundle do what the page says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from deployment.credential_shapes import shape
from handover.manifest import SUMS, sums
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")
def test_a_signed_list_is_verified_and_an_edited_one_is_not(tmp_path: Path) -> None:
    sign, verify = (
        block.text for block in blocks(CHECKOUT / "docs" / "handover.md", "sh") if block.text.startswith("ssh-keygen")
    )
    bundle = tmp_path / "handover"
    bundle.mkdir()
    (bundle / "README.md").write_bytes(b"words")
    (bundle / SUMS).write_bytes(sums({"README.md": b"words"}))
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (bundle / "signers").write_text(f"platform-team {key.with_suffix('.pub').read_text()}")
    signing = sign.replace("~/.ssh/id_ed25519", str(key)).replace("../handover", str(bundle))
    subprocess.run(["sh", "-ec", signing], check=True, capture_output=True)
    assert subprocess.run(["sh", "-ec", verify], cwd=bundle, capture_output=True).returncode == 0
    assert shape((bundle / f"{SUMS}.sig").read_text()) == "", "--verify would take it for a credential"
    (bundle / SUMS).write_bytes(sums({"README.md": b"others"}))
    assert subprocess.run(["sh", "-ec", verify], cwd=bundle, capture_output=True).returncode != 0
