# Compares lines of "name count" with those of the table, which is read first.
/^#/ { next }
FNR == NR { expected[$1] = $2; next }
{
    seen[$1] = 1
    if (!($1 in expected)) {
        printf "kernels counts: %s is not in the table (%d)\n", $1, $2
        failures++
        next
    }
    change = 100 * ($2 - expected[$1]) / expected[$1]
    cases++
    if (change > allowance) {
        printf "kernels counts: %s takes %d instructions, %+.1f %% against the table's %d\n", $1, $2, change, expected[$1]
        failures++
    } else if (change < -allowance)
        printf "kernels counts: %s takes %d instructions, %+.1f %%: time for `scripts/kernels.sh update-counts`\n", $1, $2, change
}
END {
    for (name in expected)
        if (!(name in seen)) { printf "kernels counts: %s was not counted\n", name; failures++ }
    printf "kernels counts (callgrind, avx2): %d calls, %d above %d %% more than the table\n", cases, failures, allowance
    exit decide && (failures || !cases) ? 1 : 0
}
