"""Putting a finished folder in the place of another one by one step, so that at no moment there is neither."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# <linux/fs.h> RENAME_EXCHANGE, <fcntl.h> AT_FDCWD; macOS <sys/stdio.h> RENAME_SWAP.
_EXCHANGE, _SWAP, _HERE = 2, 2, -100


def exchange(one: Path, other: Path) -> bool:
    """Let two folders trade names atomically; False where the system cannot (then nothing has happened).

    Raises:
        OSError: when it can and refuses.
    """
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(first, second, _SWAP)
        else:
            failed = library.renameat2(_HERE, first, _HERE, second, _EXCHANGE)
    except AttributeError:  # an older C library
        return False
    if failed:
        number = ctypes.get_errno()
        # EINVAL, ENOSYS, ENOTSUP: the file system or kernel does not know how.
        if number in {22, 38, 45, 95}:
            return False
        raise OSError(number, os.strerror(number), str(other))
    return True
