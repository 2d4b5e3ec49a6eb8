"""The methods of complex tensors, and the functions of `torch` that also take them."""

import functools

from . import _complex as C
from ._base import Tensor
from ._complex import ComplexTensor, paired
from ._joining import cat, stack

# What a complex tensor shares with every other: it does not look at the elements.
_SHARED = frozenset("""__new__ __init__ __hash__ __init_subclass__ __getattr__ __format__ grad _made _dtype _shape _leaf
    _view _packed _version _hooks _after_hooks numel nelement dim ndimension is_cuda is_cpu is_sparse is_quantized
    is_meta layout is_floating_point retains_grad""".split())


def _along(name):
    """A function of the dimensions of a complex tensor, all of which come before that of the pair."""

    def method(self, dim=0, *arguments, **options):
        result = getattr(self._pair, name)(dim % max(self.dim(), 1), *arguments, **options)
        return tuple(paired(x) for x in result) if isinstance(result, tuple) else paired(result)

    return method


def _sizes(shape):
    return list(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else list(shape)


def _with_sizes(name):
    def method(self, *shape):
        return paired(getattr(self._pair, name)(*_sizes(shape), 1 if name == "repeat" else 2))

    return method


def _dims(self, dim):
    if dim is None:
        return list(range(self.dim()))
    return [d % max(self.dim(), 1) for d in ([dim] if isinstance(dim, int) else dim)]


def _reduced(name):
    def method(self, dim=None, keepdim=False, *, dtype=None):
        dims = _dims(self, dim)
        return paired(getattr(self._pair, name)(dims, keepdim) if dims else self._pair)

    return method


def _permute(self, *dims):
    return paired(self._pair.permute(*[d % self.dim() for d in _sizes(dims)], self.dim()))


def _transpose(self, dim0, dim1):
    return paired(self._pair.transpose(dim0 % self.dim(), dim1 % self.dim()))


def _squeeze(self, dim=None):
    dims = [d for d, n in enumerate(self.shape) if n == 1] if dim is None else _dims(self, dim)
    return paired(self._pair.squeeze(dims))


def _flatten(self, start_dim=0, end_dim=-1):
    if not self.dim():
        return paired(self._pair.reshape(1, 2))
    return paired(self._pair.flatten(start_dim % self.dim(), end_dim % self.dim()))


def _split(self, size, dim=0):
    return tuple(paired(x) for x in self._pair.split(size, dim % self.dim()))


def _chunk(self, chunks, dim=0):
    return tuple(paired(x) for x in self._pair.chunk(chunks, dim % self.dim()))


def _to(self, *arguments, **options):
    for value in (*arguments, *options.values()):
        if hasattr(value, "is_complex") and not isinstance(value, Tensor) and not value.is_complex:
            raise NotImplementedError(
                "casting a complex tensor to a real type discards its imaginary part, which is not available; .real is"
            )
    kinds = [value for value in (*arguments, *options.values()) if hasattr(value, "to_real") and value.is_complex]
    return paired(self._pair.to(kinds[0].to_real())) if kinds else self


def _tolist(self):
    def joined(value, rank):
        return complex(*value) if not rank else [joined(part, rank - 1) for part in value]

    return joined(self._pair.tolist(), self.dim())


def _item(self):
    if self.numel() != 1:
        raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
    return complex(*self._pair.reshape(2).tolist())


def _size(self, dim=None):
    return self.shape if dim is None else self.shape[dim]


def _equal(self, other):
    return (self._pair == C.as_complex(other, self)._pair).all(-1)


def _in_place(function):
    def method(self, *arguments, **options):
        self._pair.copy_(function(self, *arguments, **options)._pair)
        return self

    return method


def _requires_grad_(self, requires_grad=True):
    self._pair.requires_grad_(requires_grad)
    return self


_METHODS = {
    "reshape": _with_sizes("reshape"), "view": _with_sizes("view"), "expand": _with_sizes("expand"),
    "repeat": _with_sizes("repeat"),
    "unsqueeze": lambda self, dim: paired(self._pair.unsqueeze(dim % (self.dim() + 1))),
    "permute": _permute, "transpose": _transpose, "swapaxes": _transpose, "squeeze": _squeeze, "flatten": _flatten,
    "t": lambda self: _transpose(self, 0, 1) if self.dim() == 2 else self, "unbind": _along("unbind"),
    "narrow": _along("narrow"), "select": _along("select"), "index_select": _along("index_select"),
    "split": _split, "chunk": _chunk,
    "roll": lambda self, shifts, dims: paired(self._pair.roll(shifts, _dims(self, dims))),
    "flip": lambda self, *dims: paired(self._pair.flip(_dims(self, _sizes(dims)))),
    "contiguous": lambda self, **options: paired(self._pair.contiguous()),
    "is_contiguous": lambda self, **options: self._pair.is_contiguous(),
    "clone": lambda self, **options: paired(self._pair.clone()), "detach": lambda self: paired(self._pair.detach()),
    "view_as": lambda self, other: self.view(*other.shape), "expand_as": lambda self, other: self.expand(*other.shape),
    "to": _to, "type_as": lambda self, other: _to(self, other.dtype), "cpu": lambda self: self,
    "tolist": _tolist, "item": _item, "sum": _reduced("sum"), "mean": _reduced("mean"),
    "requires_grad_": _requires_grad_, "size": _size, "is_complex": lambda self: True,
    "data_ptr": lambda self: self._pair.data_ptr(),
    "copy_": _in_place(lambda self, other, **options: C.as_complex(other, self).expand(self.shape)),
    "stride": lambda self, dim=None: self._pair.stride()[:-1] if dim is None else self._pair.stride()[:-1][dim],
    "conj": C.conj, "conj_physical": C.conj, "resolve_conj": lambda self: self, "resolve_neg": lambda self: self,
    "is_conj": lambda self: False, "abs": C.abs_, "absolute": C.abs_, "angle": C.angle, "exp": C.exp, "log": C.log,
    "sqrt": C.sqrt, "pow": C.pow_, "square": lambda self: C.mul(self, self), "reciprocal": C.reciprocal,
    "neg": lambda self: paired(-self._pair), "add": C.add, "sub": C.sub, "mul": C.mul, "multiply": C.mul, "div": C.div,
    "true_divide": C.div, "matmul": C.matmul, "mm": C.matmul, "bmm": C.matmul, "eq": _equal,
    "element_size": lambda self: self.dtype.itemsize,
    "ne": lambda self, other: ~_equal(self, other), "isnan": lambda self: self._pair.isnan().any(-1),
    "isfinite": lambda self: self._pair.isfinite().all(-1),
}
_OPERATORS = {
    "__add__": C.add, "__radd__": C.add, "__sub__": C.sub, "__rsub__": lambda self, other: C.sub(other, self),
    "__mul__": C.mul, "__rmul__": C.mul, "__truediv__": C.div,
    "__rtruediv__": lambda self, other: C.mul(C.reciprocal(self), other), "__neg__": _METHODS["neg"],
    "__pos__": lambda self: self, "__pow__": C.pow_, "__abs__": C.abs_, "__matmul__": C.matmul,
    "__rmatmul__": lambda self, other: C.matmul(other, self), "__eq__": _equal, "__ne__": _METHODS["ne"],
    "__iadd__": _in_place(C.add), "__isub__": _in_place(C.sub), "__imul__": _in_place(C.mul),
    "__itruediv__": _in_place(C.div), "add_": _in_place(C.add), "sub_": _in_place(C.sub), "mul_": _in_place(C.mul),
    "div_": _in_place(C.div),
}


def _refused(name):
    def get(self):
        raise NotImplementedError(
            f"Tensor.{name} of complex tensors is not available; torch.view_as_real gives pairs of real numbers"
        )

    return property(get)


def install():
    """Gives `ComplexTensor` its methods, and refuses those of `Tensor` that would take pairs for numbers."""
    for name, method in {**_METHODS, **_OPERATORS}.items():
        setattr(ComplexTensor, name, method)
    ComplexTensor.__hash__ = object.__hash__
    for name in dir(Tensor):
        # Of the names with underscores only what the package made a method of; the others are Python's.
        own = not name.startswith("__") or name in Tensor.__dict__ and callable(Tensor.__dict__[name])
        if own and name not in _SHARED and name not in ComplexTensor.__dict__ and not name.startswith("__annot"):
            setattr(ComplexTensor, name, _refused(name))


def _either(function, name):
    """`torch.NAME` for real and for complex tensors."""

    @functools.wraps(function)
    def call(*arguments, **options):
        for value in arguments[:2]:
            if value.__class__ is ComplexTensor:
                other = _METHODS[name]
                return other(*arguments, **options)
        return function(*arguments, **options)

    return call


def _joining(function, plain):
    @functools.wraps(function)
    def call(tensors, *arguments, **options):
        if isinstance(tensors, Tensor):
            name = function.__name__
            raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
        tensors = list(tensors)
        if any(x.__class__ is ComplexTensor for x in tensors):
            return C.joined(plain, tensors, *arguments, **options)
        return function(tensors, *arguments, **options)

    return call


def _by_parts(einsum):
    """`einsum`, which is linear in each operand, of complex operands by their parts."""

    def call(*arguments):
        for place, x in enumerate(arguments):
            if x.__class__ is ComplexTensor:
                before, after = arguments[:place], arguments[place + 1 :]
                return call(*before, x.real, *after) + call(*before, x.imag, *after) * 1j
        return einsum(*arguments)

    return call


# `torch.NAME` of these takes complex tensors.
_FUNCTIONS = """reshape unsqueeze permute transpose squeeze flatten unbind narrow select split chunk roll flip sum mean
    abs absolute angle exp log sqrt pow square reciprocal neg add sub mul multiply div true_divide matmul mm bmm eq ne
    isnan isfinite clone"""


def functions(real):
    """The functions of `torch` that know complex tensors, from those that know real ones."""
    found = {name: _either(real[name], name) for name in _FUNCTIONS.split() if name in real}
    return found | {
        "complex": C.complex_, "polar": C.polar, "view_as_complex": C.view_as_complex, "view_as_real": C.view_as_real,
        "real": lambda input: input.real, "imag": lambda input: input.imag, "conj": lambda input: input.conj(),
        "conj_physical": lambda input: input.conj(), "resolve_conj": lambda input: input,
        "is_complex": lambda input: input.__class__ is ComplexTensor, "cat": _joining(real["cat"], cat),
        "concat": _joining(real["concat"], cat), "stack": _joining(real["stack"], stack),
        "einsum": _by_parts(real["einsum"]),
    }
