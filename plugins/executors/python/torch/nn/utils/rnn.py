"""Sequences of different lengths, padded or packed."""

import collections

import torch

from ..._base import Tensor

_Packed = collections.namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])


class PackedSequence(_Packed):
    """The elements of sequences step by step: of each step only the sequences that still go on."""

    __slots__ = ()

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            data, batch_sizes = data
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs):
        """With its data in another type."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else PackedSequence(data, *self[1:])

    def _with(self, name):
        return PackedSequence(getattr(self.data, name)(), *self[1:])

    def float(self):
        return self._with("float")

    def double(self):
        return self._with("double")

    def half(self):
        return self._with("half")

    def long(self):
        return self._with("long")

    def int(self):
        return self._with("int")

    def cpu(self):
        return self

    def cuda(self, *args, **kwargs):
        return PackedSequence(self.data.cuda(*args, **kwargs), *self[1:])

    def pin_memory(self):
        return self

    @property
    def is_cuda(self):
        return False

    def is_pinned(self):
        return False


def invert_permutation(permutation):
    """The permutation that undoes `permutation`."""
    if permutation is None:
        return None
    order = permutation.tolist()
    inverse = [0] * len(order)
    for at, place in enumerate(order):
        inverse[place] = at
    return torch.tensor(inverse, dtype=torch.int64)


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Packs sequences that were padded to one length."""
    lengths = lengths.tolist() if isinstance(lengths, Tensor) else [int(n) for n in lengths]
    order = None
    if not enforce_sorted:
        places = sorted(range(len(lengths)), key=lambda at: -lengths[at])
        order = torch.tensor(places, dtype=torch.int64)
        input = input.index_select(0 if batch_first else 1, order)
        lengths = [lengths[at] for at in places]
    x = input.transpose(0, 1) if batch_first else input
    if len(lengths) != x.shape[1]:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} (batch_size="
                           f"{x.shape[1]})")
    if not lengths or min(lengths) <= 0:
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is "
                           "<= 0")
    if any(a < b for a, b in zip(lengths, lengths[1:])):
        raise RuntimeError("`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can "
                           "pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this "
                           "requirement if you do not need ONNX exportability.")
    if lengths[0] > x.shape[0]:
        raise RuntimeError(f"Expected every length to be at most {x.shape[0]}, but got {lengths[0]}")
    sizes = [sum(n > step for n in lengths) for step in range(lengths[0])]
    index = torch.tensor([step * x.shape[1] + at for step, size in enumerate(sizes) for at in range(size)])
    data = x.reshape(-1, *x.shape[2:]).index_select(0, index)
    return PackedSequence(data, torch.tensor(sizes, dtype=torch.int64), order, None)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """Pads what was packed to one length; also the lengths."""
    sizes = sequence.batch_sizes.tolist()
    steps, batch = len(sizes), sizes[0]
    if total_length is not None:
        if total_length < steps:
            raise ValueError("Expected total_length to be at least the length of the longest sequence in input, but "
                             f"got total_length={total_length} and max sequence length being {steps}")
    data = sequence.data
    lengths = [sum(size > at for size in sizes) for at in range(batch)]
    rows = data.shape[0]
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + size)
    span = steps if total_length is None else total_length
    # The row after the last is the padding.
    index = [starts[step] + at if step < lengths[at] else rows for step in range(span) for at in range(batch)]
    padding = torch.full((1, *data.shape[1:]), padding_value, dtype=data.dtype)
    x = torch.cat([data, padding]).index_select(0, torch.tensor(index)).reshape(span, batch, *data.shape[1:])
    lengths = torch.tensor(lengths, dtype=torch.int64)
    if batch_first:
        x = x.transpose(0, 1)
    back = sequence.unsorted_indices
    if back is not None:
        return x.index_select(0 if batch_first else 1, back), lengths[back]
    return x, lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences of different lengths as one tensor."""
    if isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)
    elif not hasattr(sequences, "__iter__"):
        raise RuntimeError("pad_sequence: Expected iterable for input sequences, but got arg of type: "
                           f"{type(sequences)}")
    sequences = tuple(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side should be either right or left, but got {padding_side}")
    longest = max(x.shape[0] for x in sequences)
    rows = []
    for x in sequences:
        lack = longest - x.shape[0]
        if lack:
            padding = torch.full((lack, *x.shape[1:]), padding_value, dtype=x.dtype)
            x = torch.cat([x, padding] if padding_side == "right" else [padding, x])
        rows.append(x)
    return torch.stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences that were padded, each with its own length."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    return [x[:length] for x, length in zip(padded_sequences, lengths.tolist())]


def pack_sequence(sequences, enforce_sorted=True):
    """Packs sequences of different lengths."""
    lengths = torch.tensor([x.shape[0] for x in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


__all__ = ["PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence",
           "pad_sequence", "unpack_sequence", "unpad_sequence"]
