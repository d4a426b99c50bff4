#!/usr/bin/env bash
# Installs what this machine lacks; quick and silent about what is there.
#
#   scripts/setup.sh [build|test|demo|models|lint|kernels]…        without a name: build, test and demo
set -euo pipefail

# One line per need: group, Debian package, command that succeeds where the need is met.
needs() {
    cat <<'NEEDS'
build zlib1g-dev            echo '#include <zlib.h>' | cc -E -x c - || test -f /usr/include/zlib.h
build libjpeg-dev           printf '#include <stdio.h>\n#include <jpeglib.h>' | cc -E -x c - || test -f /usr/include/jpeglib.h
build libpng-dev            echo '#include <png.h>' | cc -E -x c - || test -f /usr/include/png.h
build binutils              command -v objcopy && command -v strip
build lld                   command -v ld.lld || command -v "$(clang -print-prog-name=ld.lld)"
test  python3-venv          python3 -c 'import venv, ensurepip'
test  dataset-fashion-mnist test -f /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz
demo  dataset-fashion-mnist test -f /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz
lint  shellcheck            command -v shellcheck
models python3-venv         python3 -c 'import venv, ensurepip'
models espeak-ng            command -v espeak-ng
models fonts-dejavu-core    test -f /usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf
kernels gcc                 command -v gcc
kernels libsimde-dev        test -f /usr/include/simde/x86/avx512.h
kernels gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
kernels libc6-dev-arm64-cross test -f /usr/aarch64-linux-gnu/include/stdio.h
kernels lld                 command -v ld.lld || command -v "$(clang -print-prog-name=ld.lld)"
kernels qemu-user           command -v qemu-aarch64
kernels valgrind            command -v valgrind && test -f /usr/include/valgrind/callgrind.h
NEEDS
}

missing_packages() {
    local group package check
    while read -r group package check; do
        [[ " $* " == *" $group "* ]] || continue
        bash -c "$check" </dev/null >/dev/null 2>&1 || echo "$package"
    done < <(needs) | sort -u
}

if (($# == 0)); then set -- build test demo; fi
for group; do
    [[ " build test demo models lint kernels " == *" $group "* ]] || { echo "setup: unknown group '$group'" >&2; exit 64; }
done

if ! command -v swift >/dev/null; then
    echo "setup: no swift on PATH; Bitdepth needs Swift 6.1 or newer: https://www.swift.org/install" >&2
    exit 69
fi

mapfile -t packages < <(missing_packages "$@")
if ((${#packages[@]} == 0)); then
    echo "setup: everything needed for $* is installed"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "setup: please install what these Debian packages hold, by this system's own means: ${packages[*]}" >&2
    exit 69
fi

as_root=(env DEBIAN_FRONTEND=noninteractive)
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        echo "setup: not root and no sudo; please run as root: apt-get install -y ${packages[*]}" >&2
        exit 69
    fi
    as_root=(sudo "${as_root[@]}")
fi

echo "setup: installing ${packages[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null

mapfile -t packages < <(missing_packages "$@")
if ((${#packages[@]} > 0)); then
    echo "setup: still missing after installing: ${packages[*]}" >&2
    exit 69
fi
