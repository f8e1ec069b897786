"""Synthesis about as fast as in TypeScript: one call before the first import of cdktf or of bindings.

    from cdktf_fast_synthesis import use_fast_synthesis

    use_fast_synthesis()

What is synthesized is byte for byte what ordinary cdktf writes. Nothing installed is changed: what is prepared (once)
stands in a cache folder, see `cache`. Each part checks that it fits what is installed; one that does not leaves its
work to cdktf as it is and says so in one line. `CLOUDRUN_PSC_FAST_SYNTHESIS=off` switches everything off.

Deliberately not here: a daemon, bindings of our own, or anything that changes what a construct means.
"""

from __future__ import annotations


def use_fast_synthesis() -> bool:
    """Switch on everything that fits what is installed; False when nothing was (it is off, or it is too late).

    To be called before cdktf, constructs or bindings are imported.
    """
    from cdktf_fast_synthesis.levers import use

    return use()
