#!/usr/bin/env bash
# Tests the kernels of every instruction set outside of SwiftPM, those that this processor lacks by emulation, and counts
# the instructions of ten calls. Tests/ForeignKernels/README.md says how.
#
#   scripts/kernels.sh [native|emulated|arm64|counts]…     without a name: all
#   scripts/kernels.sh update-counts                       writes the counts of this compiler into the table
set -euo pipefail
cd "$(dirname "$0")/.."

folder=Tests/ForeignKernels
out=build/kernels
table=$folder/counts/table.txt
# How often each kind of case is tried, in proportion to how fast the programs are.
native_repetitions=100 emulated_repetitions=80 arm64_repetitions=50
# Percent of more instructions that pass.
allowance=3

if (($# == 0)); then set -- native emulated arm64 counts; fi
if [[ $(uname -m) != x86_64 ]]; then
    echo "kernels: WARNING: not on x86-64: other instruction sets and counts are left out" >&2
    set -- native
fi

# The compiler that SwiftPM uses for C stands beside the real swift.
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
[[ -x $clang ]] || clang=clang

build() { nice -n 5 make --no-print-directory --silent -j "$(nproc)" -C "$folder" CLANG="$clang" "$@"; }

# Lines of "name count", one for each dump that a program asked callgrind for.
counted() {
    local dumps=$out/counts/dumps
    rm -rf "$dumps"
    mkdir -p "$dumps"
    valgrind -q --tool=callgrind --callgrind-out-file="$dumps/out" "$out/counts/program"
    for dump in "$dumps"/out.*; do
        awk '/^desc: Trigger: Client Request: / { name = $NF } /^summary: / { count = $2 }
             END { if (name != "") print name, count }' "$dump"
    done | sort
}

version() { "$clang" --version | head -n 1; }

update_counts() {
    build counts
    { echo "# $(version)"; counted; } > "$table.new"
    mv "$table.new" "$table"
    cat "$table"
}

compare_counts() {
    build counts
    local made_by
    made_by=$(sed -n '1s/^# //p' "$table")
    if [[ $(version) == "$made_by" ]]; then
        counted | awk -v allowance="$allowance" -v decide=1 -f "$folder/counts/compare.awk" "$table" -
    else
        echo "kernels counts: another compiler, so more instructions do not fail: $(version), not $made_by"
        counted | awk -v allowance="$allowance" -v decide=0 -f "$folder/counts/compare.awk" "$table" -
    fi
}

for part; do
    case $part in
        native)
            build native
            "$out/native/program" "this processor" "$native_repetitions" ;;
        emulated)
            build emulated
            "$out/operations/program"
            "$out/emulated/program" "SIMDe" "$emulated_repetitions" ;;
        arm64)
            build arm64
            qemu-aarch64 "$out/arm64-gcc/program" "gcc, qemu" "$arm64_repetitions"
            qemu-aarch64 "$out/arm64-clang/program" "clang, qemu" "$arm64_repetitions" ;;
        counts) compare_counts ;;
        update-counts) update_counts ;;
        *)
            echo "kernels: unknown part '$part'" >&2
            exit 64 ;;
    esac
done
