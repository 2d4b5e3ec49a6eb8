"""What `grad_fn` calls the operation that made a tensor: PyTorch's names of the nodes of its record.

Who makes a tensor writes the node's name to its `_made`: a text, or one for each number of dimensions of the result.
What is called most often does so itself; the functions named here are wrapped. A view's name is that of its last step.
"""

import functools

from ._base import Tensor
from ._steps import Expand, Permute, Places, Reshape, Select, Slice, Unfold

# By the dimensions of the result, the last for all more.
MATMUL = ("DotBackward0", "MvBackward0", "MmBackward0", "UnsafeViewBackward0")
LINEAR = ("ViewBackward0", "UnsafeViewBackward0", "AddmmBackward0", "UnsafeViewBackward0")
LINEAR_PLAIN = ("ViewBackward0", "SqueezeBackward4", "MmBackward0", "UnsafeViewBackward0")

_OF_STEPS = {
    Reshape: "ViewBackward0", Permute: "PermuteBackward0", Slice: "SliceBackward0", Select: "SelectBackward0",
    Expand: "ExpandBackward0", Unfold: "UnfoldBackward0", Places: "AsStridedBackward0",
}
_OF_AUTOGRAD = ("CopySlices", "CopyBackwards")

# Functions whose node bears their own name.
_NAMED_ALIKE = """frac sinc logit xlogy logaddexp logaddexp2 hypot copysign addcmul addcdiv nan_to_num atan2
    maximum minimum
    fmax
    fmin mm mv dot bmm addmm addmv baddbmm addbmm std var std_mean var_mean amax amin logsumexp mode kthvalue
    topk sort cumsum cumprod logcumsumexp cummax cummin nansum dist renorm cat stack block_diag roll flip rot90
    diag_embed tril triu trace index_select gather take masked_select masked_fill masked_scatter scatter_add
    scatter_reduce index_add index_copy index_fill index_put where clone repeat unbind clamp_min clamp_max cdist
    cholesky_solve embedding elu celu mish leaky_relu hardtanh hardswish hardsigmoid hardshrink softshrink
    threshold glu softplus mse_loss smooth_l1_loss huber_loss binary_cross_entropy soft_margin_loss
    multi_margin_loss binary_cross_entropy_with_logits pixel_shuffle pixel_unshuffle diagonal expand erfinv
    lgamma digamma"""
_NAMED_OTHERWISE = {
    "relu6": "HardtanhBackward0", "selu": "EluBackward0", "prelu": "PreluKernelBackward0", "softsign": "DivBackward0",
    "rrelu": "RreluWithNoiseBackward0", "logsigmoid": "LogSigmoidBackward0", "tanhshrink": "SubBackward0",
    "softmin": "SoftmaxBackward0", "normalize": "DivBackward0", "bilinear": "ViewBackward0",
    "embedding_bag": "EmbeddingBagBackward0", "rms_norm": "MulBackward0", "group_norm": "NativeGroupNormBackward0",
    "batch_norm": "NativeBatchNormBackward0", "instance_norm": "ViewBackward0", "local_response_norm": "DivBackward0",
    **{f"conv{n}d": "ConvolutionBackward0" for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": "ConvolutionBackward0" for n in (1, 2, 3)},
    "max_pool1d": "SqueezeBackward1", "max_pool2d": "MaxPool2DWithIndicesBackward0", "avg_pool1d": "SqueezeBackward1",
    "max_pool3d": "MaxPool3DWithIndicesBackward0", "avg_pool2d": "AvgPool2DBackward0",
    "avg_pool3d": "AvgPool3DBackward0", "adaptive_avg_pool1d": "SqueezeBackward1",
    "adaptive_max_pool2d": "AdaptiveMaxPool2DBackward0", "lp_pool2d": "PowBackward0",
    "grid_sample": "GridSampler2DBackward0", "affine_grid": "AffineGridGeneratorBackward0", "unfold": "Im2ColBackward0",
    "fold": "Col2ImBackward0", "huber_loss": "HuberLossBackward0", "ctc_loss": "MeanBackward0",
    "cosine_similarity": "SumBackward1", "pairwise_distance": "NormBackward1", "dropout": "MulBackward0",
    "dropout2d": "MulBackward0", "alpha_dropout": "AddBackward0",
    "norm": "LinalgVectorNormBackward0", "msort": "SortBackward0",
    "multilabel_margin_loss": "MultilabelMarginLossBackward0", "nanmean": "DivBackward0",
    "outer": "MulBackward0", "tensordot": "ViewBackward0", "kron": "UnsafeViewBackward0",
    "chunk": "SplitBackward0", "split_with_sizes": "SplitWithSizesBackward0",
    "hstack": "CatBackward0", "vstack": "CatBackward0", "column_stack": "CatBackward0", "concat": "CatBackward0",
    "repeat_interleave": "ViewBackward0", "take_along_dim": "GatherBackward0", "tile": "RepeatBackward0",
    "inverse": "LinalgInvExBackward0", "det": "LinalgDetBackward0", "logdet": "WhereBackward0",
    "slogdet": "LinalgSlogdetBackward0", "qr": "LinalgQrBackward0", "svd": "LinalgSvdBackward0",
    "cholesky": "LinalgCholeskyExBackward0", "matrix_exp": "LinalgMatrixExpBackward0", "cross": "LinalgCrossBackward0",
    "matrix_power": "MmBackward0", "corrcoef": "ClampBackward1", "fill_": "FillBackward2", "zero_": "ZeroBackward0",
    "copy_": "CopyBackwards", "clamp_": "ClampBackward1", "scatter_": "ScatterBackward0",
    "contiguous": "CloneBackward0", "quantile": "SqueezeBackward4", "diff": "SubBackward0",
}
_CASTS = "to type type_as float double half bfloat16"
# The node of the function of all elements, and that of it along a dimension.
_ALONG = {
    "prod": ("ProdBackward0", "ProdBackward1"), "median": ("MedianBackward0", "MedianBackward1"),
    "nanmedian": ("NanmedianBackward0", "NanmedianBackward1"),
}


def _of_pad(input, pad, mode="constant", value=None):
    if mode == "circular":
        return "CopySlices"
    return "ConstantPadNdBackward0" if mode == "constant" else (
        f"{'Reflection' if mode == 'reflect' else 'Replication'}Pad{len(pad) // 2}DBackward0")


def _of_interpolate(input, size=None, scale_factor=None, mode="nearest", *arguments, **options):
    flat = input.dim() - 2
    if mode == "area":
        return f"AdaptiveAvgPool{flat}DBackward0"
    return f"Upsample{''.join(part.capitalize() for part in mode.split('-'))}{flat}DBackward0"


def _of_average(input, output_size):
    return "MeanBackward1" if output_size in (1, (1, 1), [1, 1]) else "AdaptiveAvgPool2DBackward0"


def _of_nll_loss(input, *arguments, **options):
    return "NllLossBackward0" if input.dim() < 3 else "NllLoss2DBackward0"


def _of_cross_entropy(input, target, *arguments, label_smoothing=0.0, **options):
    if target.dtype.is_floating_point:
        return "DivBackward1"
    return "AddBackward0" if label_smoothing else _of_nll_loss(input)


def _of_scatter(input, dim, index, src=None, **options):
    return "ScatterBackward0" if isinstance(src, Tensor) else "ScatterBackward1"


def _of_clamp(input, min=None, max=None, **options):
    return "ClampBackward0" if isinstance(min, Tensor) or isinstance(max, Tensor) else "ClampBackward1"


def _of_extreme(name):
    whole, along = f"{name.capitalize()}Backward1", f"{name.capitalize()}Backward0"

    def choose(input, dim=None, *arguments, **options):
        if isinstance(dim, Tensor) or "other" in options:
            return f"{name.capitalize()}imumBackward0"
        return whole if dim is None and not options else along

    return choose


# The node depends on the arguments.
_CHOSEN = {
    "clamp": _of_clamp, "clip": _of_clamp, "max": _of_extreme("max"), "min": _of_extreme("min"),
    # The function and the method call the same argument by two names.
    "split": lambda tensor, split_size_or_sections=None, dim=0, split_size=None: (
        "SplitBackward0" if isinstance(split_size_or_sections or split_size, int) else "SplitWithSizesBackward0"),
    "pad": _of_pad, "interpolate": _of_interpolate, "adaptive_avg_pool2d": _of_average, "nll_loss": _of_nll_loss,
    "cross_entropy": _of_cross_entropy, "scatter": _of_scatter,
    "lerp": lambda input, end, weight, out=None: "LerpBackward1" if isinstance(weight, Tensor) else "LerpBackward0",
    "diag": lambda input, diagonal=0, out=None: "DiagEmbedBackward0" if input.dim() == 1 else "DiagonalBackward0_copy",
}
_LINALG = {
    "inv": "LinalgInvExBackward0", "det": "LinalgDetBackward0", "slogdet": "LinalgSlogdetBackward0",
    "cholesky": "LinalgCholeskyExBackward0", "qr": "LinalgQrBackward0", "svd": "LinalgSvdBackward0",
    "svdvals": "LinalgSvdBackward0", "eigh": "LinalgEighBackward0", "eigvalsh": "LinalgEighBackward0",
    "solve": "LinalgSolveExBackward0", "solve_triangular": "LinalgSolveTriangularBackward0",
    "pinv": "LinalgPinvBackward0", "matrix_exp": "LinalgMatrixExpBackward0", "cross": "LinalgCrossBackward0",
    "norm": "LinalgVectorNormBackward0", "vector_norm": "LinalgVectorNormBackward0",
    "matrix_norm": "LinalgVectorNormBackward0", "matrix_power": "MmBackward0",
}


def _alike(name):
    return "".join(part.capitalize() for part in name.split("_")) + "Backward0"


_NODES = {**{name: _alike(name) for name in _NAMED_ALIKE.split()}, **_NAMED_OTHERWISE}


class Node:
    """Stands for the operation that made a tensor; one class for each name."""

    @property
    def next_functions(self):
        raise NotImplementedError(
            "grad_fn.next_functions is not available: the record is the host's; the nearest is torch.autograd.grad"
        )

    def name(self):
        name = type(self).__name__
        return f"torch::autograd::{name}" if name in _OF_AUTOGRAD else name

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"


@functools.cache
def _class(name):
    return type(name, (Node,), {})


def node_of(x):
    """The node of the computed tensor `x`."""
    made = x._made
    if made is None and x._view is not None:
        made = _OF_STEPS.get(type(x._view.path[-1]))
    if made.__class__ is tuple:
        made = made[min(x.dim(), len(made) - 1)]
    return _class(made or "RecordedOperation")()


def _note(result, node, given):
    if isinstance(result, Tensor):
        if result is not given:
            result._made = node
    elif isinstance(result, tuple):
        for part in result:
            if isinstance(part, Tensor) and part is not given:
                part._made = node


def named(function, node):
    """`function`, whose results say that `node` made them."""

    @functools.wraps(function)
    def call(*arguments, **options):
        result = function(*arguments, **options)
        _note(result, node, arguments[0] if arguments else None)
        return result

    return call


def _named_along(function, whole, along):
    @functools.wraps(function)
    def call(*arguments, **options):
        result = function(*arguments, **options)
        _note(result, along if len(arguments) > 1 or options else whole, None)
        return result

    return call


def _named_by_arguments(function, choose):
    @functools.wraps(function)
    def call(*arguments, **options):
        result = function(*arguments, **options)
        first = result[0] if isinstance(result, tuple) else result
        if first.requires_grad:
            _note(result, choose(*arguments, **options), None)
        return result

    return call


def _named_in_place(function, node):
    @functools.wraps(function)
    def method(self, *arguments, **options):
        result = function(self, *arguments, **options)
        self._made = node
        return result

    return method


def _name_all(functions, nodes):
    for name, node in nodes.items():
        if name in functions:
            functions[name] = named(functions[name], node)


def name_functions(functions):
    """Wraps what is named here among `functions`: those of `torch` or of `torch.nn.functional`."""
    _name_all(functions, _NODES)
    for name, choose in _CHOSEN.items():
        if name in functions:
            functions[name] = _named_by_arguments(functions[name], choose)
    for name, (whole, along) in _ALONG.items():
        if name in functions:
            functions[name] = _named_along(functions[name], whole, along)


def name_linalg(functions):
    """Wraps the functions of `torch.linalg`."""
    _name_all(functions, _LINALG)


def name_methods():
    """Wraps the methods of `Tensor`."""
    methods = {name: getattr(Tensor, name) for name in (*_NODES, *_CHOSEN, *_ALONG) if hasattr(Tensor, name)}
    del methods["unfold"]
    in_place = [name for name in methods if name.endswith("_")]
    in_place = {name: (methods.pop(name), _NODES[name]) for name in in_place}
    for name in methods:
        node = _NODES.get(name)
        if node is not None and hasattr(Tensor, name + "_"):
            in_place[name + "_"] = getattr(Tensor, name + "_"), node
    name_functions(methods)
    methods |= {name: named(getattr(Tensor, name), "ToCopyBackward0") for name in _CASTS.split()}
    methods |= {name: _named_in_place(*pair) for name, pair in in_place.items()}
    for name, method in methods.items():
        setattr(Tensor, name, method)
