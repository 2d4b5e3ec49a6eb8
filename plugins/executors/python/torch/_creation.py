"""New tensors: from data, by a rule, at random."""

from ._data import as_tensor, asarray, tensor  # noqa: F401
from ._filling import (  # noqa: F401
    arange, bartlett_window, blackman_window, empty, empty_like, empty_permuted, empty_strided, eye, full, full_like,
    hamming_window, hann_window, linspace, logspace, ones, ones_like, range_, scalar_tensor, tril_indices,
    triu_indices, zeros, zeros_like,
)
from ._generator import manual_seed  # noqa: F401
from ._numbers import integers  # noqa: F401
from ._random import (  # noqa: F401
    bernoulli, multinomial, normal, poisson, rand, rand_like, randint, randint_like, randn, randn_like, randperm,
)
