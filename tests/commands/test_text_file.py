"""What a disk without room for it leaves of a text."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.text_file import write
from tests.conftest import CHECKOUT

FULL = (
    "import resource, sys; from pathlib import Path; from commands.text_file import write\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    "write(Path(sys.argv[1]), 'x' * 100_000)\n"
)


def test_a_text_that_does_not_fit_leaves_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "report"
    done = subprocess.run([sys.executable, "-c", FULL, str(file)], cwd=CHECKOUT, capture_output=True, check=False)
    assert b"File too large" in done.stderr
    assert not file.exists()


def test_a_new_file_takes_the_place_of_none(tmp_path: Path) -> None:
    file = tmp_path / "report"
    write(file, "a", new=True)
    with pytest.raises(FileExistsError):
        write(file, "b", new=True)
    write(file, "c")
    assert file.read_text() == "c"
