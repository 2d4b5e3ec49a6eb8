"""Which functions are `torch.NAME`, and which are methods too."""

from . import _math_functions, _shape_functions, _synonyms
from ._naming import renamed

# What works along one dimension takes NumPy's name of it, `axis`, too; `_math_functions` sees to its own.
_ALONG = """unsqueeze squeeze stack chunk split tensor_split unbind index_select gather narrow select repeat_interleave
    take_along_dim""".split()

FUNCTIONS = {**_synonyms.FUNCTIONS, **_shape_functions.FUNCTIONS, **_math_functions.FUNCTIONS}
FUNCTIONS |= {name: renamed(FUNCTIONS[name]) for name in _ALONG}


def install(cls):
    """Gives the class `Tensor` its methods, and their in-place forms."""
    _shape_functions.install(cls)
    _math_functions.install(cls)
    _synonyms.install(cls)
    for name in _ALONG:
        if hasattr(cls, name):
            setattr(cls, name, renamed(getattr(cls, name)))
