#!/bin/sh
# cloudrun-psc: publish a Cloud Run service over Private Service Connect. `./psc --help` explains the commands.
# Finds a Python and hands over to commands/, which builds the project's own environment on first use.

script=$0
while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in /*) script=$target ;; *) script=$(dirname -- "$script")/$target ;; esac
done
checkout=$(CDPATH='' cd -- "$(dirname -- "$script")" && pwd -P) || exit 2

# What the caller has set for another Python must not reach ours.
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONIOENCODING PYTHONWARNINGS PYTHONHASHSEED PYTHONINSPECT \
    PYTHONEXECUTABLE PYTHONPLATLIBDIR VIRTUAL_ENV __PYVENV_LAUNCHER__
# Whatever the locale: our files, Terraform and git write UTF-8.
export PYTHONUTF8=1

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'
# -P: nothing is imported from the folder that the caller stands in, which may be somebody else's bundle.
# Ctrl-C before the command has begun ends it without Python's trace.
start='import signal; signal.getsignal(2) is signal.default_int_handler and signal.signal(2, signal.SIG_DFL); import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module("commands", run_name="__main__", alter_sys=True)'

own=$checkout/.psc/env/bin/python
if [ -x "$own" ] && "$own" -I -S -c "$fits" 2>/dev/null; then
    exec "$own" -s -P -c "$start" "$checkout" "$@"
fi

without_venv=
for python in python3.14 python3.13 python3.12 python3.11 python3 python; do
    "$python" -I -c "$fits" 2>/dev/null || continue
    if "$python" -I -c 'import ensurepip, venv' 2>/dev/null; then
        exec "$python" -s -P -c "$start" "$checkout" "$@"
    fi
    without_venv=$python
done

if [ -n "$without_venv" ]; then
    echo "psc: $(command -v "$without_venv") has no venv module; install it (Debian, Ubuntu: apt install python3-venv) and run this again." >&2
else
    found=$(python3 -V 2>/dev/null || echo none)
    echo "psc: Python 3.11 to 3.14 is needed on PATH (found: $found); install one and run this again." >&2
fi
exit 2
