"""What PyTorch calls the operation that made a tensor: `x.grad_fn.name()`, which is printed with `x`.

`_made` of a tensor is that name, or names by the number of dimensions; where there is none, a view is named by how it
was taken.
"""

from ._base import Tensor
from ._steps import Expand, Permute, Reshape, Select, Slice, Unfold

Tensor._made = None

# Names by the number of dimensions; None stands for all others.
MATMUL = {0: "DotBackward0", 1: "MvBackward0", 2: "MmBackward0", None: "UnsafeViewBackward0"}
LINEAR = {2: "MmBackward0", None: "UnsafeViewBackward0"}
LINEAR_WITH_BIAS = {2: "AddmmBackward0", None: "UnsafeViewBackward0"}
_VIEWS = {
    Expand: "ExpandBackward0", Permute: "PermuteBackward0", Reshape: "ViewBackward0", Select: "SelectBackward0",
    Slice: "SliceBackward0", Unfold: "UnfoldBackward0",
}
# Functions whose result is named after them, with the ending 0; and those with names of another form.
_USUAL = """flip roll tril triu repeat gather index_select masked_fill unbind cat stack where scatter scatter_add
    index_add cumsum cumprod logsumexp sort topk median var std amax amin unfold addmm bmm baddbmm dot mv
    softmax log_softmax silu elu leaky_relu softplus glu mse_loss smooth_l1_loss huber_loss binary_cross_entropy
    binary_cross_entropy_with_logits mish lerp addcmul addcdiv nan_to_num unsqueeze split expand embedding
    atan2 logaddexp trace diagonal""".split()
_SPECIAL = {
    "transpose": "TransposeBackward0", "swapaxes": "TransposeBackward0", "t": "TBackward0",
    "chunk": "SplitBackward0", "concat": "CatBackward0",
    "nll_loss": "NllLossBackward0", "clamp": "ClampBackward1", "clip": "ClampBackward1",
    "clamp_min": "ClampMinBackward0", "hardtanh": "HardtanhBackward0", "relu6": "HardtanhBackward0",
    "selu": "EluBackward0", "logsigmoid": "LogSigmoidBackward0", "conv1d": "ConvolutionBackward0",
    "conv2d": "ConvolutionBackward0", "conv3d": "ConvolutionBackward0", "batch_norm": "NativeBatchNormBackward0",
    "group_norm": "NativeGroupNormBackward0", "layer_norm": "NativeLayerNormBackward0",
    "max_pool2d": "MaxPool2DWithIndicesBackward0", "avg_pool2d": "AvgPool2DBackward0",
    "norm": "LinalgVectorNormBackward0", "vector_norm": "LinalgVectorNormBackward0",
    "pad": "ConstantPadNdBackward0", "cosine_similarity": "SumBackward1", "cdist": "CdistBackward0", "narrow": "SliceBackward0",
    "outer": "MulBackward0", "gelu": "GeluBackward0",
    "scaled_dot_product_attention": "ScaledDotProductFlashAttentionForCpuBackward0", "clone": "CloneBackward0",
}


def in_words(name):
    """`log_sigmoid` as LogSigmoidBackward0."""
    return "".join(part.title() for part in name.split("_")) + "Backward0"


NAMES = {name: in_words(name) for name in _USUAL} | _SPECIAL


def named(function, made):
    """`function`, whose new tensors say that `made` made them."""

    def call(*arguments, **options):
        result = function(*arguments, **options)
        if isinstance(result, Tensor):
            if not arguments or result is not arguments[0]:
                result._made = made
        elif isinstance(result, (tuple, list)):
            for part in result:
                if isinstance(part, Tensor):
                    part._made = made
        return result

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = function.__doc__
    call.__wrapped__ = function
    return call


class _Node:
    """Stands for the operation that made a tensor."""

    def name(self):
        kind = type(self).__name__
        return "torch::autograd::CopySlices" if kind == "CopySlices" else kind

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"


_nodes = {}


def grad_fn(x):
    """What made `x`, a computed tensor that requires a gradient."""
    made = x._made
    if made is None and x._view is not None:
        made = _VIEWS.get(type(x._view.path[-1]))
    if isinstance(made, dict):
        made = made.get(len(x.shape), made[None])
    made = made or "RecordedOperation"
    if made not in _nodes:
        _nodes[made] = type(made, (_Node,), {})
    return _nodes[made]()
