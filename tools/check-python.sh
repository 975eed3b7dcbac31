#!/bin/sh
# One sentence on whatever would keep a virtual environment from being made.
python=$1
if ! command -v "$python" >/dev/null 2>&1; then
    echo "eventapp needs Python 3.11 or newer, and there is none on the path: install it, or run make PYTHON=/path/to/python3." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "eventapp needs Python 3.11 or newer, and $("$python" --version 2>&1) is too old: install a newer one, or run make PYTHON=/path/to/python3." >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "$("$python" --version 2>&1) lacks the module venv: install it (on Debian: apt install python3-venv)." >&2
    exit 1
fi
if ! [ -w . ]; then
    echo "The folder $(pwd) cannot be written: give it to the user who runs make, or make a copy elsewhere." >&2
    exit 1
fi
