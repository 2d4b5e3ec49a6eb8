"""The PyTorch API over the tensors of a Proofhouse sandbox.

Names, signatures, defaults and errors are PyTorch's. What is absent says so, and names the nearest thing that is there.
"""

from . import _complex_methods, _converting, _functions, _tensor
from ._base import Tensor
from ._dtype import (
    Size, bfloat16, complex32, complex64, complex128, device, dtype, finfo, float8_e4m3fn, float8_e4m3fnuz, float8_e5m2,
    float8_e5m2fnuz, float8_e8m0fnu, float16, float32, float64, iinfo, int8, int16, int32, int64, qint8, quint8, uint8,
    uint16, uint32, uint64,
)
from ._dtype import bool_ as bool
from ._generator import Generator, default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from ._grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from ._host import BudgetExceeded, OutOfMemoryError
from ._missing import absent
from ._printing import get_printoptions, set_printoptions
from ._promotion import can_cast, get_default_dtype, promote_types, result_type, set_default_dtype

_tensor.install()

float = float32
half = float16
double = float64
long = int64
int = int32
short = int16
cfloat = complex64
cdouble = complex128
chalf = complex32
inf = __import__("math").inf
nan = __import__("math").nan
pi = __import__("math").pi
e = __import__("math").e
__version__ = "2.15.0+proofhouse"

globals().update(_functions.FUNCTIONS)
globals().update(_converting.LEGACY)
set_default_tensor_type = _converting.set_default_tensor_type
_complex_methods.install()
globals().update(_complex_methods.functions(_functions.FUNCTIONS))

from . import amp, autograd, backends, cuda, fft, func, linalg, nn, optim, random, return_types  # noqa: E402
from . import special, utils  # noqa: E402
from . import _functional_names, _origins  # noqa: E402
from ._vmap import vmap  # noqa: E402
from . import distributions  # noqa: E402
from . import _global_settings, _platform, _storage_kinds, compiler, jit, profiler, serialization  # noqa: E402
from . import _polynomials, _short_time  # noqa: E402
from ._compiling import compile  # noqa: E402
from ._short_time import istft, stft  # noqa: E402
from . import _anomaly, _layouts, _plain_methods, _plain_names, _submodules  # noqa: E402
from .amp.autocast_mode import AT_TOP as _autocasting  # noqa: E402
from .serialization import load, save  # noqa: E402

globals().update({**_platform.MODULES, **_storage_kinds.KINDS, **_autocasting, **_global_settings.NAMES})
globals().update({**_layouts.NAMES, **_anomaly.NAMES})
globals().update({name: value for name, value in _plain_names.NAMES.items() if name not in globals()})
_plain_methods.install(Tensor)
_short_time.install(Tensor)
_polynomials.install(Tensor)
vars(special).update(_polynomials.NAMES)
special.__all__ += sorted(_polynomials.NAMES)
igamma, igammac = _polynomials.gammainc, _polynomials.gammaincc

globals().update(_functional_names.functions(globals()))
newaxis = None

_origins.name_functions(globals())
_origins.name_linalg(vars(linalg))
_origins.name_methods()


def clone(input, *, memory_format=None):
    """A copy."""
    return input.clone()


def detach(input):
    """The same values without a record."""
    return input.detach()


_submodules.install(globals())
__version__ = _submodules.TorchVersion(__version__)


def __getattr__(name):
    return absent("torch", name, globals())
