#!/usr/bin/env bash
# Installs the Autobahn test suite into .venv-autobahn. Needs Python 2.7, on the PATH or from pyenv, and a C
# compiler.
set -euo pipefail
cd "$(dirname "$0")/../../.."
environment=.venv-autobahn
tool="$environment/virtualenv"

python_2_7() {
    local candidate
    for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/2.7*/bin/python "$(command -v python2.7)"; do
        if [ -x "$candidate" ]; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 2.7 is not installed: pyenv install 2.7.18" >&2
    return 1
}

python=$(python_2_7)
# The last virtualenv that runs on Python 2.7; nothing is added to that Python itself.
"$python" -m pip install --quiet --disable-pip-version-check --upgrade --target "$tool" 'virtualenv==20.15.1'
PYTHONPATH=$tool "$python" -m virtualenv --quiet "$environment"
"$environment/bin/pip" install --quiet --requirement tests/conformance/autobahn/requirements.txt
"$environment/bin/wstest" --autobahnversion
