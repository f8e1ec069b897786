"""The two stacks and the contract between them: output names, state, commands. Built from settings alone."""

import cloudrun_psc  # noqa: F401  # before cdktf: where the fork is in use, it is that
