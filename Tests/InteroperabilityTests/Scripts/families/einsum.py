"""Einsum: diagonals, repeated and summed letters, ellipses, implicit outputs, up to three operands."""
from node_model import chance, floats, node_model


def cases(rng, count):
    for number in range(count):
        sizes = {letter: int(rng.integers(1, 4)) for letter in "ijklm"}
        ellipsis = tuple(int(rng.integers(1, 4)) for _ in range(int(rng.integers(0, 3))))
        terms, operands = [], []
        for _ in range(int(rng.integers(1, 4))):
            letters = "".join(rng.choice(list("ijklm"), int(rng.integers(0, 4)), replace=chance(rng, 0.2)))
            with_ellipsis = bool(ellipsis) and chance(rng)
            place = int(rng.integers(0, len(letters) + 1))
            terms.append(letters[:place] + "..." + letters[place:] if with_ellipsis else letters)
            middle = ellipsis if with_ellipsis else ()
            operands.append(floats(
                rng, tuple(sizes[c] for c in letters[:place]) + middle + tuple(sizes[c] for c in letters[place:])))
        equation = ",".join(terms)
        if chance(rng, 0.8):
            present = sorted(set(equation) & set(sizes))
            kept = rng.permutation(present)[:int(rng.integers(0, len(present) + 1))]
            place = int(rng.integers(0, len(kept) + 1))
            dots = "..." if "..." in equation else ""
            equation += "->" + "".join(kept[:place]) + dots + "".join(kept[place:])
        if chance(rng, 0.3):
            equation = equation.replace(",", " , ").replace("->", " -> ")
        model, fed = node_model("Einsum", operands, {"equation": equation})
        yield f"Einsum {number} {equation} {[o.shape for o in operands]}", model, fed, {"rtol": 1e-4, "atol": 1e-5}
