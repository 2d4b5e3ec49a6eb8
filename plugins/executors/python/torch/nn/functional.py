"""`torch.nn.functional`."""

from .._base import Tensor, wrap
from .._clamping import clamp, log_softmax, softmax
from .._creation import arange, rand
from .._dtype import float32, int64
from .._host import Err, layers, raised
from .._missing import absent
from .._pointwise import abs as abs_
from .._pointwise import add_plain, div_plain, eq, exp, gelu_erf, gelu_tanh, log1p, mul, neg, relu, sigmoid, silu
from .._pointwise import sub_plain, tanh
from .._promotion import cast
from .._reductions import norm
from .._reductions import sum as sum_
from .._selecting import where
from .._shaping import reshape, unsqueeze
from .attention import scaled_dot_product_attention
from .losses import binary_cross_entropy_with_logits, cross_entropy, huber_loss, kl_div, l1_loss, mse_loss, nll_loss
from .losses import smooth_l1_loss
from .padding import conv1d, one_hot, pad

_linear = layers.linear
_embedding = layers.embedding
_layer_norm = layers.layer_norm
_rms_norm = layers.rms_norm


def linear(input, weight, bias=None):
    """`input @ weight.T + bias`."""
    try:
        result = _linear(input, weight, bias)
    except Err as err:
        if err.value.code == "shape":
            rows = input.numel() // (input.shape[-1] or 1) if input.dim() else 1
            shape = weight.shape
            raise RuntimeError(
                f"mat1 and mat2 shapes cannot be multiplied ({rows}x{input.shape[-1] if input.dim() else 1} and "
                f"{shape[-1]}x{shape[0]})"
            ) from None
        if err.value.code == "dtype":
            raise RuntimeError(
                f"mat1 and mat2 must have the same dtype, but got {input.dtype} and {weight.dtype}"
            ) from None
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    return result


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of `weight` at `input`. The row `padding_idx` gets no gradient."""
    if max_norm is not None or scale_grad_by_freq:
        raise NotImplementedError("embedding with max_norm or scale_grad_by_freq is not available")
    if input._dtype is not int64:
        if input.dtype.is_floating_point:
            raise RuntimeError(
                "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but "
                f"got torch.{'FloatTensor' if input.dtype is float32 else input.dtype.name} instead "
                "(while checking arguments for embedding)"
            )
        input = cast(input, int64)
    try:
        result = wrap(_embedding(weight, input), weight._dtype)
    except Err as err:
        if err.value.code == "index":
            raise IndexError("index out of range in self") from None
        raise raised(err) from None
    if padding_idx is not None:
        padding_idx %= weight.shape[0]
        result = where(unsqueeze(eq(input, padding_idx), -1), result.detach(), result)
    return result


def _check_normalized(input, normalized_shape):
    shape = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
    if list(input.shape[len(input.shape) - len(shape) :]) != shape:
        raise RuntimeError(
            f"Given normalized_shape={shape}, expected input with shape [*, {', '.join(map(str, shape))}], but got "
            f"input of size{list(input.shape)}"
        )
    return shape


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over the last dimensions, then scaled and shifted."""
    shape = _check_normalized(input, normalized_shape)
    return _normalized(_layer_norm, input, shape, (weight, bias), eps)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Root mean square 1 over the last dimensions, then scaled."""
    shape = _check_normalized(input, normalized_shape)
    if eps is None:
        eps = 1.1920928955078125e-07 if input.dtype is float32 else 0.0078125
    return _normalized(_rms_norm, input, shape, (weight,), eps)


def _normalized(layer, input, shape, extras, eps):
    own = input.shape
    if len(shape) > 1:
        flat = reshape(input, [*own[: len(own) - len(shape)], -1])
        extras = [None if x is None else reshape(x, -1) for x in extras]
        return reshape(_normalized(layer, flat, [flat.shape[-1]], extras, eps), list(own))
    try:
        result = layer(input, *extras, eps)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    result._shape = own
    return result


def gelu(input, approximate="none"):
    """Gaussian error linear unit: exact, or by tanh."""
    if approximate == "none":
        return gelu_erf(input)
    if approximate == "tanh":
        return gelu_tanh(input)
    raise RuntimeError("approximate argument must be either none or tanh.")


def _plain(function):
    def activation(input, inplace=False):
        if inplace:
            return input.copy_(function(input))
        return function(input)

    activation.__name__ = activation.__qualname__ = function.__name__
    return activation


relu_ = relu
relu = _plain(relu)
silu = _plain(silu)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """`input` where positive, else a fraction of it."""
    return where(input > 0, input, mul(input, negative_slope))


def elu(input, alpha=1.0, inplace=False):
    """`input` where positive, else `alpha (e^input - 1)`."""
    return where(input > 0, input, mul(sub_plain(exp(clamp(input, max=0.0)), 1.0), alpha))


def relu6(input, inplace=False):
    """`relu`, at most 6."""
    return clamp(input, 0.0, 6.0)


def softplus(input, beta=1.0, threshold=20.0):
    """A smooth `relu`; linear where `beta * input` exceeds `threshold`."""
    scaled = mul(input, beta)
    smooth = add_plain(relu_(scaled), log1p(exp(neg(abs_(scaled)))))
    return where(scaled > threshold, input, div_plain(smooth, beta))


def logsigmoid(input):
    """The logarithm of the sigmoid."""
    return neg(softplus(neg(input), threshold=1e30))


def mish(input, inplace=False):
    """`input * tanh(softplus(input))`."""
    return mul(input, tanh(softplus(input)))


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """Clamped."""
    return clamp(input, min_val, max_val)


def hardsigmoid(input, inplace=False):
    """A piecewise linear sigmoid."""
    return div_plain(clamp(add_plain(input, 3.0), 0.0, 6.0), 6.0)


def hardswish(input, inplace=False):
    """`input * hardsigmoid(input)`."""
    return mul(input, hardsigmoid(input))


def glu(input, dim=-1):
    """The first half times the sigmoid of the second."""
    a, b = input.chunk(2, dim)
    return mul(a, sigmoid(b))


def softmin(input, dim=None, dtype=None):
    """Softmax of the negative."""
    return softmax(neg(input), dim, dtype)


def dropout(input, p=0.5, training=True, inplace=False):
    """Zeros with probability `p`, the rest scaled up."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0.0:
        return input
    if p == 1.0:
        return mul(input, 0.0)
    keep = cast(rand(input.shape) >= p, input.dtype)
    result = mul(input, mul(keep, 1.0 / (1.0 - p)))
    return input.copy_(result) if inplace else result


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """Vectors along `dim` of norm 1."""
    return div_plain(input, clamp(norm(input, p, dim, True), min=eps))


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along `dim`."""
    product = sum_(mul(x1, x2), dim)
    squares = mul(clamp(norm(x1, 2, dim), min=eps), clamp(norm(x2, 2, dim), min=eps))
    return div_plain(product, squares)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The norm of the difference along the last dimension."""
    return norm(add_plain(sub_plain(x1, x2), eps), p, -1, keepdim)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Softmax of the logits with Gumbel noise; `hard` gives one-hot with the soft gradient."""
    noise = neg((neg(rand(logits.shape).clamp(min=1e-20).log())).log())
    soft = softmax(div_plain(add_plain(logits, noise), tau), dim)
    if not hard:
        return soft
    index = soft.argmax(dim, keepdim=True)
    one = soft.detach() * 0 + (arange(soft.shape[dim]).reshape([-1 if d == dim % soft.dim() else 1
                                                              for d in range(soft.dim())]) == index)
    return one - soft.detach() + soft


def __getattr__(name):
    return absent("torch.nn.functional", name, globals())


__all__ = ["binary_cross_entropy_with_logits", "conv1d", "cross_entropy", "huber_loss", "kl_div",
           "l1_loss", "log_softmax", "mse_loss", "nll_loss", "one_hot", "pad", "sigmoid",
           "scaled_dot_product_attention", "smooth_l1_loss", "softmax", "tanh"]
