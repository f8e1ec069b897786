"""Which configuration another revision is synthesized with."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployment.revision import own_configuration


@pytest.mark.parametrize("typed", ["config/ours.yaml", "./config/ours.yaml", "{checkout}/config/ours.yaml"])
def test_a_file_of_the_checkout_is_the_revisions_own(typed: str, tmp_path: Path) -> None:
    assert own_configuration(tmp_path, typed.format(checkout=tmp_path)) == ("config/ours.yaml", True)


@pytest.mark.parametrize("typed", ["../ours.yaml", "{checkout}/../ours.yaml"])
def test_a_file_from_elsewhere_is_found_from_any_checkout(typed: str, tmp_path: Path) -> None:
    file, its_own = own_configuration(tmp_path / "checkout", typed.format(checkout=tmp_path / "checkout"))
    assert (file, its_own) == (str(tmp_path / "ours.yaml"), False)
