"""`torch.einsum`: sums of products after letters."""

from ._base import Tensor
from ._linalg import matmul
from ._pointwise import mul
from ._reductions import sum as sum_
from ._shaping import expand, permute, permuted, reshape
from ._triangles import diagonal


def einsum(*arguments):
    """Sums of products after the letters of an equation, or after lists of numbers; from left to right."""
    equation, operands = _spelt_out(arguments)
    terms, output = _letters(equation, operands)
    pairs = [_diagonals(x, letters) for x, letters in zip(operands, terms)]
    _check_sizes(pairs)
    x, letters = pairs[0]
    for place in range(1, len(pairs)):
        later = set(output).union(*[rest for _, rest in pairs[place + 1 :]])
        x, letters = _pair(x, letters, *pairs[place], later)
    x, letters = _drop(x, letters, output)
    order = [letters.index(letter) for letter in output]
    return permuted(x, order) if order != list(range(len(order))) else x


def _spelt_out(arguments):
    """The equation and the operands of either form of the call."""
    if not arguments:
        raise ValueError("einsum(): must specify the equation string and at least one operand, or at least one operand "
                         "and its subscripts list")
    if isinstance(arguments[0], Tensor):
        operands, lists = list(arguments[::2]), list(arguments[1::2])
        output = operands.pop() if len(operands) > len(lists) else None
        if isinstance(output, Tensor):
            raise ValueError("einsum(): each operand must be followed by its subscripts list")
        names = [_named(numbers) for numbers in lists]
        return ",".join(names) + ("" if output is None else "->" + _named(output)), operands
    operands = arguments[1:]
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    if not operands:
        raise ValueError("einsum(): must specify the equation string and at least one operand, or at least one operand "
                         "and its subscripts list")
    return arguments[0], list(operands)


def _named(numbers):
    name = ""
    for number in numbers:
        if number is Ellipsis:
            name += "..."
        elif 0 <= number < 52:
            name += chr((65 if number < 26 else 97 - 26) + number)
        else:
            raise ValueError("einsum(): not in a valid range [0, 52)")
    return name


def _terms(equation, operands):
    """The texts left of the arrow, and the one right of it (None where there is no arrow)."""
    equation = equation.replace(" ", "")
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    for place, text in enumerate([*terms, right]):
        bare = text.replace("...", "", 1)
        for character in bare:
            if character == ".":
                where = f"operand {place}" if place < len(terms) else "output"
                raise RuntimeError(f"einsum(): found '.' for {where} that is not part of any ellipsis")
            if not ("a" <= character <= "z" or "A" <= character <= "Z"):
                raise RuntimeError(
                    f"einsum(): invalid subscript given at index {equation.index(character)} in the equation string, "
                    "subscripts must be in [a-zA-Z]"
                )
    if len(terms) != len(operands):
        raise RuntimeError(
            "einsum(): more operands were provided than specified in the equation" if len(operands) > len(terms)
            else "einsum(): fewer operands were provided than specified in the equation"
        )
    return terms, right if arrow else None


def _letters(equation, operands):
    """The letters of each operand and of the result; `*0`, `*1`, … stand for what `...` covers."""
    terms, right = _terms(equation, operands)
    widest = 0
    for place, (term, x) in enumerate(zip(terms, operands)):
        named = len(term.replace("...", ""))
        extra = len(x.shape) - named
        if extra < 0 or (extra and "..." not in term):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) "
                + ("is more than" if extra < 0 and "..." in term else "does not match")
                + f" the number of dimensions ({len(x.shape)}) for operand {place}"
                + ("" if "..." in term else " and no ellipsis was given")
            )
        widest = max(widest, extra if "..." in term else 0)
    stars = [f"*{n}" for n in range(widest)]

    def spell(term, rank):
        before, dots, after = term.partition("...")
        extra = rank - len(before) - len(after)
        return list(before) + (stars[widest - extra :] if dots else []) + list(after)

    spelt = [spell(term, len(x.shape)) for term, x in zip(terms, operands)]
    every = [letter for term in spelt for letter in term]
    if right is None:
        return spelt, stars + sorted(letter for letter in set(every) if letter[0] != "*" and every.count(letter) == 1)
    before, dots, after = right.partition("...")
    output = list(before) + (stars if dots else []) + list(after)
    for letter in output:
        if letter not in every and letter[0] != "*":
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any input operand"
            )
        if output.count(letter) > 1:
            raise RuntimeError(f"einsum(): output subscript {letter} appears more than once in the output")
    return spelt, output


def _check_sizes(pairs):
    size = {}
    for place, (x, letters) in enumerate(pairs):
        for at, (letter, extent) in enumerate(zip(letters, x.shape)):
            if size.get(letter, 1) == 1:
                size[letter] = extent
            elif extent not in (1, size[letter]):
                raise RuntimeError(
                    f"einsum(): subscript {letter} has size {extent} for operand {place} which does not broadcast with "
                    f"previously seen size {size[letter]}"
                )


def _diagonals(x, letters):
    """A letter that stands twice takes the diagonal."""
    letters = list(letters)
    for letter in sorted(set(letters)):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            if x.shape[first] != x.shape[second]:
                raise RuntimeError(
                    f"einsum(): subscript {letter} is repeated for operand 0 but the sizes don't match, "
                    f"{x.shape[second]} != {x.shape[first]}"
                )
            x = diagonal(x, 0, first, second)
            del letters[second], letters[first]
            letters.append(letter)
    return x, letters


def _pair(a, a_letters, b, b_letters, later):
    """The product of two operands as one batched matrix product, summed over what is not needed later."""
    # Letters of one operand only that nobody needs are summed away first.
    a, a_letters = _drop(a, a_letters, later.union(b_letters))
    b, b_letters = _drop(b, b_letters, later.union(a_letters))
    size = dict(zip(b_letters, b.shape))
    for letter, extent in zip(a_letters, a.shape):
        if size.get(letter, 1) == 1:
            size[letter] = extent
    shared = [letter for letter in a_letters if letter in b_letters]
    batch = [letter for letter in shared if letter in later]
    inner = [letter for letter in shared if letter not in later]
    rows = [letter for letter in a_letters if letter not in b_letters]
    columns = [letter for letter in b_letters if letter not in a_letters]
    result = batch + rows + columns
    if not inner:
        return mul(_aligned(a, a_letters, result), _aligned(b, b_letters, result)), result

    def arranged(x, letters, groups):
        order = [letters.index(letter) for group in groups for letter in group]
        if order != list(range(len(order))):
            x = permute(x, order)
        wanted = [size[letter] for group in groups for letter in group]
        if list(x.shape) != wanted:
            x = expand(x, wanted)
        flat = [size[letter] for letter in groups[0]]
        for group in groups[1:]:
            extent = 1
            for letter in group:
                extent *= size[letter]
            flat.append(extent)
        return reshape(x, flat) if flat != wanted else x

    left = arranged(a, a_letters, (batch, rows, inner))
    right = arranged(b, b_letters, (batch, inner, columns))
    return reshape(matmul(left, right), [size[letter] for letter in result]), result


def _aligned(x, letters, result):
    """`x` with a dimension for each letter of `result`, of extent 1 where it has none."""
    present = [letter for letter in result if letter in letters]
    order = [letters.index(letter) for letter in present]
    if order != list(range(len(order))):
        x = permute(x, order)
    size = dict(zip(present, x.shape))
    return reshape(x, [size.get(letter, 1) for letter in result])


def _drop(x, letters, needed):
    gone = [at for at, letter in enumerate(letters) if letter not in needed]
    if not gone:
        return x, letters
    return sum_(x, gone), [letter for letter in letters if letter in needed]
