"""Views and their strides, writes that go through them, and what copies."""

import torch

from trial.operator import Operator, several


def matrix(g):
    return (g.floats((g.integer(1, 4), g.integer(1, 4))),)


def laid(tensor):
    """A view with what PyTorch says of its memory. The stride of a dimension of one element says nothing."""
    strides = [stride for stride, size in zip(tensor.stride(), tensor.shape) if size != 1]
    return tensor, strides, tensor.storage_offset(), tensor.is_contiguous(), list(tensor.shape)


def view(name, make, function, **settings):
    return Operator(name, make, lambda *arguments: laid(function(*arguments)), **settings)


def written(name, function, grad=True):
    """A view of a fresh tensor is changed in place, and the tensor is looked at, also for its gradient."""

    def call(x, y):
        base = x * 2
        part = function(base)
        part.mul_(y)
        part += 1
        return base, part

    return Operator(
        f"written.{name}",
        lambda g: (g.floats((4, 3), grad=grad, layout="plain"), g.floats((), 0.5, 1.5, grad=grad)),
        call,
    )


def dim_of(g, rank=3):
    return g.integer(-rank, rank - 1)


def permutation(g):
    return g.floats((2, 3, 4)), *g.shuffled(3)


STRIDES = "the diagonal of an expanded tensor has the strides that it would have without the expansion"

OPERATORS = [
    view("transpose", lambda g: (g.floats((2, 3, 4)), dim_of(g), dim_of(g)), torch.transpose),
    view("permute", permutation, lambda x, *order: x.permute(*order)),
    view("permute.tuple", lambda g: (g.floats((2, 3, 4)), tuple(g.shuffled(3))), torch.permute),
    view("movedim", lambda g: (g.floats((2, 3, 4)), dim_of(g), dim_of(g)), torch.movedim),
    view("swapaxes", lambda g: (g.floats((2, 3, 4)), 0, dim_of(g)), torch.swapaxes),
    view("t", matrix, torch.t),
    view("T", matrix, lambda x: x.T),
    view("mT", lambda g: (g.floats((2, 3, 4)),), lambda x: x.mT),
    view("squeeze", lambda g: (g.floats((1, 3, 1)),), torch.squeeze),
    view("squeeze.dim", lambda g: (g.floats((1, 3, 1)), g.choice([0, 1, -1, (0, 2)])), torch.squeeze),
    view("unsqueeze", lambda g: (g.any(), g.choice([0, -1])), torch.unsqueeze),
    view(
        "expand",
        lambda g: (g.floats((3, 1), layout="plain"), g.choice([(2, 3, 4), (3, 4), (-1, 4)])),
        lambda x, s: x.expand(*s),
    ),
    view("expand_as", lambda g: (g.floats((3, 1)), g.floats((2, 3, 4))), lambda x, y: x.expand_as(y)),
    view("broadcast_to", lambda g: (g.floats((1, 3)), (2, 2, 3)), torch.broadcast_to),
    view(
        "view",
        lambda g: (g.floats((2, 6), layout="plain"), g.choice([(12,), (3, 4), (-1, 2), (2, 1, 6)])),
        lambda x, s: x.view(*s),
    ),
    view("view.refused", lambda g: (g.floats((4, 6), layout="transposed"), (24,)), lambda x, s: x.view(s)),
    view("view_as", lambda g: (g.floats((2, 6), layout="plain"), g.floats((3, 4))), lambda x, y: x.view_as(y)),
    view("reshape", lambda g: (g.floats((2, 6)), g.choice([(12,), (3, 4), (-1, 2), (2, 1, 6)])), torch.reshape),
    view("flatten", lambda g: (g.floats((2, 3, 2)), *g.choice([(), (1,), (0, 1), (-2, -1)])), torch.flatten),
    view("unflatten", lambda g: (g.floats((2, 6)), 1, g.choice([(2, 3), (-1, 2)])), torch.unflatten),
    view("ravel", matrix, torch.ravel),
    view("narrow", lambda g: (g.floats((4, 5)), g.choice([0, 1]), g.integer(0, 2), g.integer(0, 2)), torch.narrow),
    view("select", lambda g: (g.floats((3, 4)), g.choice([0, 1, -1]), g.integer(-3, 2)), torch.select),
    view("diagonal", lambda g: (g.floats((3, 4)), g.integer(-2, 2)), torch.diagonal, known=STRIDES),
    view("diagonal.dims", lambda g: (g.floats((2, 3, 4)), 0, 0, 2), torch.diagonal, known=STRIDES),
    view("unfold", lambda g: (g.floats((3, 6)), 1, g.integer(1, 3), g.integer(1, 2)), lambda x, *a: x.unfold(*a)),
    view(
        "as_strided",
        lambda g: (g.floats((12,), layout="plain"), (3, 2), g.choice([(4, 1), (2, 3), (1, 1)]), g.integer(0, 2)),
        torch.as_strided,
    ),
    view("contiguous", matrix, lambda x: x.contiguous()),
    view("clone", matrix, torch.clone),
    view("real", lambda g: (g.floats(),), torch.real),
    view("slices", lambda g: (g.floats((5, 6)),), lambda x: x[1:4, ::2]),
    view("slices.none", lambda g: (g.floats((3, 4)),), lambda x: x[None, ..., 1:, None]),
    Operator("chunk", lambda g: (g.floats((5, 4)), g.integer(1, 6), g.choice([0, 1]))),
    Operator("split", lambda g: (g.floats((6, 2)), g.choice([1, 2, 4, [1, 2, 3], [6, 0]]))),
    Operator("split.named", lambda g: (g.floats((6, 2)),), lambda x: x.split(split_size=[2, 4], dim=0)),
    Operator("split.dim", lambda g: (g.floats((2, 6)), 4, 1), torch.split),
    Operator("tensor_split", lambda g: (g.floats((7, 2)), g.choice([3, (1, 4), 9]))),
    Operator("unbind", lambda g: (g.floats((3, 2)), g.choice([0, 1, -1]))),
    Operator("hsplit", lambda g: (g.floats((2, 4)), 2)),
    Operator("vsplit", lambda g: (g.floats((4, 2)), 2)),
    Operator(
        "repeat",
        lambda g: (g.floats((2, 3)), g.choice([(2, 1), (1, 2, 2), (0, 1), (3, 1, 1)])),
        lambda x, s: x.repeat(*s),
    ),
    Operator("tile", lambda g: (g.floats((2, 3)), g.choice([(2,), (1, 2), (2, 1, 2)]))),
    Operator("repeat_interleave", lambda g: (g.any(), g.integer(0, 3))),
    Operator("repeat_interleave.dim", lambda g: (g.floats((3, 2)), g.ints((3,), 0, 2), 0), torch.repeat_interleave),
    Operator("flip", lambda g: (g.floats((2, 3)), g.choice([[0], [1], [0, 1], [-1]]))),
    *several("fliplr flipud", lambda g: (g.floats((2, 3)),)),
    Operator("roll", lambda g: (g.floats((3, 4)), g.choice([1, -2, 5]), g.choice([0, 1]))),
    Operator("roll.flat", lambda g: (g.floats((3, 4)), 3), torch.roll),
    Operator("roll.several", lambda g: (g.floats((3, 4)), (1, 2), (0, 1)), torch.roll),
    Operator("rot90", lambda g: (g.floats((2, 3)), g.integer(-1, 3))),
    *several("tril triu", lambda g: (g.floats((g.integer(1, 4), g.integer(1, 4))), g.integer(-2, 2))),
    Operator("tril.batch", lambda g: (g.floats((2, 3, 3)),), torch.tril),
    Operator("diag", lambda g: (g.choice([g.floats((3,)), g.floats((3, 4))]), g.integer(-1, 1))),
    Operator("diag_embed", lambda g: (g.floats((2, 3)), g.integer(-1, 1))),
    Operator("diagflat", lambda g: (g.floats((2, 2)), g.integer(-1, 1))),
    *several("atleast_1d atleast_2d atleast_3d", lambda g: (g.floats(g.choice([(), (3,), (2, 3)])),)),
    Operator("broadcast_tensors", lambda g: (g.floats((3, 1)), g.floats((2,)))),
    Operator("broadcast_shapes", lambda g: ((3, 1), (2,), (1, 1, 1))),
    Operator("meshgrid", lambda g: (g.floats((2,)), g.floats((3,)), {"indexing": g.choice(["ij", "xy"])})),
    Operator("cartesian_prod", lambda g: (g.floats((2,)), g.floats((3,)))),
    Operator("combinations", lambda g: (g.floats((4,)), g.integer(1, 3))),
    # PyTorch's fails in backward.
    Operator("vander", lambda g: (g.floats((3,)), g.integer(1, 4)), orders=0),
    Operator(
        "sum_to_size", lambda g: (g.floats((2, 3)), g.choice([(1, 3), (3,), (2, 1)])), lambda x, s: x.sum_to_size(s)
    ),
    Operator("pixel_shuffle", lambda g: (g.floats((1, 4, 2, 2)), 2), torch.nn.functional.pixel_shuffle),
    Operator("pixel_unshuffle", lambda g: (g.floats((1, 1, 4, 4)), 2), torch.nn.functional.pixel_unshuffle),
    written("row", lambda x: x[1]),
    written("column", lambda x: x[:, 2]),
    written("steps", lambda x: x[::2]),
    written("transposed", lambda x: x.t()),
    written("flat", lambda x: x.view(-1)[3:8]),
    written("diagonal", lambda x: x.diagonal()),
    # PyTorch refuses this where there are gradients.
    written("chunk", lambda x: x.chunk(2)[1], grad=False),
    written("unbind", lambda x: x.unbind(1)[0], grad=False),
    written("nested", lambda x: x[1:].t()[0:2].unsqueeze(0)),
    written("narrow", lambda x: x.narrow(0, 1, 2)),
    written("permute", lambda x: x.view(2, 2, 3).permute(2, 0, 1)[1]),
    Operator(
        "written.detached",
        lambda g: (g.floats((3,), grad=False),),
        lambda x: (x.detach().add_(1), x, x.data.mul_(2), x),
    ),
    Operator(
        "in_place.shape",
        lambda g: (g.floats((1, 3), layout="plain", grad=False),),
        lambda x: laid(x.clone().squeeze_().unsqueeze_(1).t_()),
    ),
    Operator(
        "copy_",
        lambda g: (g.floats((3, 4)), g.choice([g.floats((4,)), g.ints((3, 1))])),
        lambda x, y: x.clone().copy_(y),
    ),
    Operator(
        "set_data",
        lambda g: (g.floats((3,), grad=False), g.floats((2, 2), grad=False)),
        lambda x, y: (setattr(x, "data", y), x)[1],
    ),
    Operator(
        "shared",
        lambda g: (g.floats((3, 4), layout="plain", grad=False),),
        lambda x: (x.data_ptr() == x[:].data_ptr(), x.data_ptr() == x.clone().data_ptr(), x.view(-1)._base is x),
    ),
]
