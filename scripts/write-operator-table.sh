#!/usr/bin/env bash
# Replaces the table in docs/operators.md by the one that the command prints; the text above it stays.
#
#   scripts/write-operator-table.sh BITDEPTH
set -euo pipefail
cd "$(dirname "$0")/.."
bitdepth=${1:?usage: write-operator-table.sh BITDEPTH}

table=$("$bitdepth" operators --format md)
text=$(grep -v '^|' docs/operators.md)
printf '%s\n\n%s\n' "$text" "$table" >docs/operators.md
