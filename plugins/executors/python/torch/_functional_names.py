"""Functions that PyTorch has as `torch.NAME` too: those of `nn.functional`, and in-place forms of methods."""

from ._base import Tensor
from ._pytorch_names import NAMES
from .nn import functional

_FUNCTIONAL = """adaptive_avg_pool1d adaptive_max_pool1d alpha_dropout avg_pool1d batch_norm bilinear
    binary_cross_entropy_with_logits celu channel_shuffle conv1d conv2d conv3d conv_transpose1d conv_transpose2d
    conv_transpose3d cosine_embedding_loss cosine_similarity ctc_loss dropout embedding_bag feature_alpha_dropout
    group_norm hardshrink hinge_embedding_loss instance_norm kl_div layer_norm margin_ranking_loss max_pool1d
    max_pool2d max_pool3d pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu rms_norm rrelu
    selu threshold triplet_margin_loss""".split()


def _in_place(name):
    method = getattr(Tensor, name)

    def function(input, *arguments, **options):
        return method(input, *arguments, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`input.{name}(…)`."
    return function


def functions(taken):
    """By name, those that are not among `taken`."""
    found = {name: getattr(functional, name) for name in _FUNCTIONAL if hasattr(functional, name)}
    # As `torch.NAME` it always gives both.
    found["adaptive_max_pool1d"] = lambda input, output_size: functional.adaptive_max_pool1d(input, output_size, True)
    found["adaptive_max_pool1d"].__name__ = "adaptive_max_pool1d"
    for name in NAMES["torch"].split():
        if name.endswith("_") and hasattr(Tensor, name):
            found[name] = _in_place(name)
    return {name: function for name, function in found.items() if name not in taken}
