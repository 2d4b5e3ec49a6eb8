"""A convolution or a linear map and the batch normalization after it, as one."""

import copy

from ... import _functions
from ..parameter import Parameter

_rsqrt, _zeros_like, _ones_like = (_functions.FUNCTIONS[name] for name in ("rsqrt", "zeros_like", "ones_like"))


def _fused(module, bn, weights, *more):
    if module.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    result = copy.deepcopy(module)
    result.weight, result.bias = weights(
        result.weight, result.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, *more)
    return result


def _scaled(weight, bias, mean, var, eps, scale, shift, shape):
    kind = weight.dtype if bias is None else bias.dtype
    bias = _zeros_like(mean) if bias is None else bias
    scale = (_ones_like(mean) if scale is None else scale) * _rsqrt(var + eps)
    shift = _zeros_like(mean) if shift is None else shift
    fused = (weight * scale.reshape(shape)).to(dtype=weight.dtype)
    moved = ((bias - mean) * scale + shift).to(dtype=kind)
    return Parameter(fused.detach(), weight.requires_grad), Parameter(moved.detach(), bias.requires_grad)


def fuse_conv_bn_weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose=False):
    """The weight and bias of the convolution that does both."""
    rest = [1] * (conv_w.dim() - 2)
    return _scaled(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [1, -1, *rest] if transpose else [-1, 1, *rest])


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """The convolution that does both, for evaluation."""
    return _fused(conv, bn, fuse_conv_bn_weights, transpose)


def fuse_linear_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b):
    """The weight and bias of the linear map that does both."""
    return _scaled(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [-1, 1])


def fuse_linear_bn_eval(linear, bn):
    """The linear map that does both, for evaluation."""
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    return _fused(linear, bn, fuse_linear_bn_weights)


__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]
