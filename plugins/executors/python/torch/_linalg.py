"""Products of matrices and vectors."""

from ._base import Tensor
from ._dtype import float32
from ._host import Err, raised, tensors
from ._pointwise import mul
from ._reductions import norm
from ._reductions import sum as sum_
from ._shaping import permute, reshape, unsqueeze

_matmul = tensors.matmul


def matmul(input, other):
    """Matrix product with batch dimensions broadcast; vectors as in PyTorch."""
    kind = input._dtype
    if kind is not float32 or other._dtype is not kind:
        kind = input.dtype
        if other.dtype is not kind:
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {_c_name(kind)} != {_c_name(other.dtype)}"
            )
    try:
        result = _matmul(input, other)
    except Err as err:
        if err.value.code == "shape":
            raise _shape_error(input, other, err) from None
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = kind
    return result


def _c_name(kind):
    return {"float32": "float", "bfloat16": "c10::BFloat16", "int64": "long", "bool": "bool",
            "uint8": "unsigned char"}.get(kind.name, kind.name)


def _shape_error(input, other, err):
    a, b = input.shape, other.shape
    if len(a) == 2 and len(b) == 2:
        return RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})")
    if len(a) >= 3 and len(b) == 2:
        rows = 1
        for extent in a[:-1]:
            rows *= extent
        return RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({rows}x{a[-1]} and {b[0]}x{b[1]})")
    if len(a) >= 2 and len(b) == 1:
        return RuntimeError(f"size mismatch, got input ({a[-2]}), mat ({a[-2]}x{a[-1]}), vec ({b[0]})")
    return raised(err)


def mm(input, mat2):
    """Product of two matrices."""
    for place, x in (("self", input), ("mat2", mat2)):
        if len(x.shape) != 2:
            raise RuntimeError(f"{place} must be a matrix")
    return matmul(input, mat2)


def bmm(input, mat2):
    """Products of two batches of matrices."""
    for place, x in (("batch1", input), ("batch2", mat2)):
        if len(x.shape) != 3:
            raise RuntimeError(f"{place} must be a 3D tensor")
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] "
            f"but got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    return matmul(input, mat2)


def mv(input, vec):
    """Matrix times vector."""
    return matmul(input, vec)


def dot(input, tensor):
    """Inner product of two vectors."""
    if len(input.shape) != 1 or len(tensor.shape) != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {len(input.shape)}D and {len(tensor.shape)}D tensors"
        )
    return sum_(mul(input, tensor))


inner = dot


def outer(input, vec2):
    """All products of an element of one vector and one of another."""
    return mul(unsqueeze(input, 1), unsqueeze(vec2, 0))


ger = outer


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """`beta * input + alpha * (mat1 @ mat2)`."""
    product = mm(mat1, mat2)
    return (input if beta == 1 else input * beta) + (product if alpha == 1 else product * alpha)


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """`beta * input + alpha * (batch1 @ batch2)`."""
    product = bmm(batch1, batch2)
    return (input if beta == 1 else input * beta) + (product if alpha == 1 else product * alpha)


def tensordot(a, b, dims=2):
    """Sums over the last dimensions of `a` and the first of `b`, or over those named."""
    if isinstance(dims, int):
        dims = (list(range(len(a.shape) - dims, len(a.shape))), list(range(dims)))
    left, right = ([d % len(x.shape) for d in ds] for x, ds in zip((a, b), dims))
    keep_a = [d for d in range(len(a.shape)) if d not in left]
    keep_b = [d for d in range(len(b.shape)) if d not in right]
    size = 1
    for d in left:
        size *= a.shape[d]
    shape = [a.shape[d] for d in keep_a] + [b.shape[d] for d in keep_b]
    product = matmul(reshape(permute(a, keep_a + left), -1, size), reshape(permute(b, right + keep_b), size, -1))
    return reshape(product, shape)


def einsum(equation, *operands):
    """Sums of products after the letters of `equation`; operands are combined from left to right."""
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    terms, output = _letters(equation, operands)
    x, letters = operands[0], terms[0]
    for place in range(1, len(operands)):
        later = set(output).union(*terms[place + 1 :])
        x, letters = _pair(x, letters, operands[place], terms[place], later)
    x, letters = _diagonal_free(x, letters)
    gone = [at for at, letter in enumerate(letters) if letter not in output]
    if gone:
        x = sum_(x, gone)
        letters = [letter for letter in letters if letter in output]
    order = [letters.index(letter) for letter in output]
    return x if order == list(range(len(order))) else permute(x, order)


def _letters(equation, operands):
    """The letters of each operand and of the result; `...` becomes letters of its own."""
    text = equation.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise RuntimeError(
            "einsum(): more operands were provided than specified in the equation"
            if len(operands) > len(terms)
            else "einsum(): fewer operands were provided than specified in the equation"
        )
    widest = 0
    for term, x in zip(terms, operands):
        named = len(term.replace("...", ""))
        extra = len(x.shape) - named
        if extra < 0 or (extra and "..." not in term):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) does not match the number of dimensions "
                f"({len(x.shape)}) for operand {terms.index(term)}"
                + ("" if "..." in term else " and no ellipsis was given")
            )
        widest = max(widest, extra if "..." in term else 0)
    stars = [f"*{n}" for n in range(widest)]

    def spell(term, rank):
        before, dots, after = term.partition("...")
        extra = rank - len(before) - len(after)
        return list(before) + (stars[widest - extra :] if dots else []) + list(after)

    spelt = [spell(term, len(x.shape)) for term, x in zip(terms, operands)]
    if arrow:
        before, dots, after = right.partition("...")
        return spelt, list(before) + (stars if dots else []) + list(after)
    every = [letter for term in spelt for letter in term]
    return spelt, stars + sorted(letter for letter in set(every) if letter[0] != "*" and every.count(letter) == 1)


def _diagonal_free(x, letters):
    if len(set(letters)) != len(letters):
        raise NotImplementedError("torch.einsum with a letter twice in one operand; torch.diagonal is the nearest")
    return x, letters


def _pair(a, a_letters, b, b_letters, later):
    """The product of two operands as one batched matrix product, summed over what is not needed later."""
    a, a_letters = _diagonal_free(a, a_letters)
    b, b_letters = _diagonal_free(b, b_letters)
    # Letters of one operand only that nobody needs are summed away first.
    a, a_letters = _drop(a, a_letters, later.union(b_letters))
    b, b_letters = _drop(b, b_letters, later.union(a_letters))
    size = dict(zip(b_letters, b.shape))
    for letter, extent in zip(a_letters, a.shape):
        if size.get(letter, 1) == 1:
            size[letter] = extent
        elif extent not in (1, size[letter]):
            raise RuntimeError(
                f"einsum(): subscript {letter} has size {size[letter]} for operand 1 which does not broadcast with "
                f"previously seen size {extent}"
            )
    shared = [letter for letter in a_letters if letter in b_letters]
    batch = [letter for letter in shared if letter in later]
    inner = [letter for letter in shared if letter not in later]
    rows = [letter for letter in a_letters if letter not in b_letters]
    columns = [letter for letter in b_letters if letter not in a_letters]

    def arranged(x, letters, groups):
        order = [letters.index(letter) for group in groups for letter in group]
        if order != list(range(len(order))):
            x = permute(x, order)
        wanted = [size[letter] for group in groups for letter in group]
        if list(x.shape) != wanted:
            x = x.expand(wanted)
        flat = [size[letter] for letter in groups[0]]
        for group in groups[1:]:
            extent = 1
            for letter in group:
                extent *= size[letter]
            flat.append(extent)
        return reshape(x, flat) if flat != wanted else x

    left = arranged(a, a_letters, (batch, rows, inner))
    right = arranged(b, b_letters, (batch, inner, columns))
    result = batch + rows + columns
    return reshape(matmul(left, right), [size[letter] for letter in result]), result


def _drop(x, letters, needed):
    gone = [at for at, letter in enumerate(letters) if letter not in needed]
    if not gone:
        return x, letters
    return sum_(x, gone), [letter for letter in letters if letter in needed]


def dist(input, other, p=2):
    """The norm of the difference."""
    return norm(input - other, p)


def trace(input):
    """The sum of a matrix's diagonal."""
    return sum_(input.diagonal())
