"""Layers with random weights: outputs and gradients are PyTorch's, number for number.

Run under PyTorch, `python layers.py` prints what EXPECTED has to be.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

# Each: how the layer is made, and the shapes of its random inputs.
CASES = {
    "linear": (lambda: nn.Linear(5, 3), (2, 4, 5)),
    "bilinear": (lambda: nn.Bilinear(3, 4, 2), (2, 3), (2, 4)),
    "layer norm": (lambda: nn.LayerNorm((3, 5)), (2, 3, 5)),
    "rms norm": (lambda: nn.RMSNorm(5), (2, 3, 5)),
    "group norm": (lambda: nn.GroupNorm(2, 4), (2, 4, 3)),
    "batch norm 1": (lambda: nn.BatchNorm1d(4), (6, 4)),
    "batch norm 2": (lambda: nn.BatchNorm2d(4, momentum=None), (2, 4, 3, 3)),
    "batch norm 3": (lambda: nn.BatchNorm3d(2, affine=False), (2, 2, 2, 2, 3)),
    "instance norm": (lambda: nn.InstanceNorm2d(4, affine=True, track_running_stats=True), (2, 4, 3, 3)),
    "local response": (lambda: nn.LocalResponseNorm(3), (2, 5, 4)),
    "dropout": (lambda: nn.Dropout(0.3), (4, 5)),
    "dropout 2": (lambda: nn.Dropout2d(0.4), (3, 4, 2, 2)),
    "alpha dropout": (lambda: nn.AlphaDropout(0.3), (4, 5)),
    "conv 1": (lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1), (2, 4, 9)),
    "conv 1 groups": (lambda: nn.Conv1d(4, 6, 3, groups=2, dilation=2), (2, 4, 9)),
    "conv 2": (lambda: nn.Conv2d(3, 5, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)), (2, 3, 6, 7)),
    "conv 2 same": (lambda: nn.Conv2d(3, 5, 4, padding="same", padding_mode="reflect"), (2, 3, 6, 7)),
    "conv 2 of one": (lambda: nn.Conv2d(3, 5, 1, bias=False), (2, 3, 4, 4)),
    "conv 2 depthwise": (lambda: nn.Conv2d(4, 8, 3, groups=4, padding=1), (2, 4, 5, 5)),
    "conv 3": (lambda: nn.Conv3d(2, 4, 2, groups=2), (1, 2, 3, 4, 3)),
    "conv transpose 1": (lambda: nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1), (2, 4, 5)),
    "conv transpose 2": (lambda: nn.ConvTranspose2d(4, 6, 3, stride=3, groups=2, dilation=2), (2, 4, 3, 4)),
    "unfold": (lambda: nn.Unfold((2, 3), dilation=2, padding=1, stride=2), (2, 3, 7, 8)),
    "fold": (lambda: nn.Fold((5, 6), (2, 3), padding=1, stride=2), (2, 12, 9)),
    "max pool": (lambda: nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 3, 7, 8)),
    "max pool of ties": (lambda: nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), (2, 3, 6, 6)),
    "avg pool": (lambda: nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), (2, 3, 7, 8)),
    "lp pool": (lambda: nn.LPPool1d(2, 3), (2, 3, 9)),
    "adaptive avg": (lambda: nn.AdaptiveAvgPool2d((3, 2)), (2, 3, 7, 8)),
    "adaptive max": (lambda: nn.AdaptiveMaxPool2d((3, 2)), (2, 3, 7, 8)),
    "upsample bilinear": (lambda: nn.Upsample(scale_factor=1.5, mode="bilinear"), (1, 2, 4, 6)),
    "upsample bicubic": (lambda: nn.Upsample(size=(7, 3), mode="bicubic", align_corners=True), (1, 2, 5, 6)),
    "pixel shuffle": (lambda: nn.PixelShuffle(2), (1, 8, 3, 2)),
    "circular pad": (lambda: nn.CircularPad2d((1, 2, 0, 1)), (1, 2, 3, 3)),
    "rnn": (lambda: nn.RNN(3, 4, nonlinearity="relu", num_layers=2), (5, 2, 3)),
    "lstm": (lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True, dropout=0.2), (5, 2, 3)),
    "lstm with projection": (lambda: nn.LSTM(3, 4, proj_size=2, batch_first=True), (2, 5, 3)),
    "gru": (lambda: nn.GRU(3, 4, bidirectional=True, bias=False), (5, 2, 3)),
    "lstm cell": (lambda: nn.LSTMCell(3, 4), (2, 3)),
    "gru cell": (lambda: nn.GRUCell(3, 4), (2, 3), (2, 4)),
    "attention": (lambda: nn.MultiheadAttention(8, 2, dropout=0.1), (3, 2, 8), (4, 2, 8), (4, 2, 8)),
    "attention of widths": (lambda: nn.MultiheadAttention(8, 2, kdim=5, vdim=6, add_bias_kv=True, add_zero_attn=True),
                            (3, 2, 8), (4, 2, 5), (4, 2, 6)),
    "encoder layer": (lambda: nn.TransformerEncoderLayer(8, 2, 16, 0.1, batch_first=True), (2, 5, 8)),
    "decoder": (lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, 0.0, norm_first=True), 2),
                (5, 2, 8), (3, 2, 8)),
    "transformer": (lambda: nn.Transformer(8, 2, 1, 1, 16, 0.0), (4, 2, 8), (3, 2, 8)),
    "prelu": (lambda: nn.PReLU(3), (2, 3, 4)),
    "weight norm": (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), (2, 4)),
    "spectral norm": (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)), (2, 4)),
}

EXPECTED = {
    "linear": [-0.9691753, 0.3032432, 3.479543],
    "bilinear": [-0.5448289, -0.6100452, 0.1399096],
    "layer norm": [4.936289, 15.97104, 14.04681],
    "rms norm": [4.67478, 18.62583, -0.9366422],
    "group norm": [1.526934, 10.2461, -4.181528],
    "batch norm 1": [1.537204, 11.92808, -3.848019],
    "batch norm 2": [12.50265, 35.41175, -3.638433],
    "batch norm 3": [12.34285, 21.59235, 0],
    "instance norm": [11.96163, 40.01965, -5.228516],
    "local response": [5.257118, 20.16682, 0],
    "dropout": [-4.460366, 11.74442, 0],
    "dropout 2": [6.56577, 22.44437, 0],
    "alpha dropout": [-0.4291621, 7.077973, 0],
    "conv 1": [0.9972025, 0.3412543, -1.49315],
    "conv 1 groups": [-4.53522, -4.898657, 10.31023],
    "conv 2": [2.163638, -2.320149, -8.755461],
    "conv 2 same": [-9.947656, 3.453824, -7.83113],
    "conv 2 of one": [2.035449, -5.571106, 20.93775],
    "conv 2 depthwise": [-7.496566, -6.511381, 1.060049],
    "conv 3": [2.314024, -0.7030702, -4.537096],
    "conv transpose 1": [-0.4114695, 0.2001053, -1.165087],
    "conv transpose 2": [-2.300537, 0.4754126, 17.89675],
    "unfold": [-10.85678, -0.5180243, 0],
    "fold": [-2.498196, 1.37178, 0],
    "max pool": [-5.295158, 1.320887, 0],
    "max pool of ties": [0.255398, 2.500154, 0],
    "avg pool": [-3.036832, -0.2993053, 0],
    "lp pool": [0.4646577, 0.5562035, 0],
    "adaptive avg": [-0.2523277, 0.001056651, 0],
    "adaptive max": [1.007248, -2.711267, 0],
    "upsample bilinear": [-5.404874, 2.067576, 0],
    "upsample bicubic": [1.776451, -0.2779919, 0],
    "pixel shuffle": [3.176914, -3.72682, 0],
    "circular pad": [-4.033519, 3.179619, 0],
    "rnn": [1.612039, -0.3720038, 1.16161],
    "lstm": [-3.201952, -0.2402128, 0.6188247],
    "lstm with projection": [-0.9032227, 0.3362573, -0.01233047],
    "gru": [2.700451, 1.461768, -1.081297],
    "lstm cell": [0.08720461, 0.08651344, 0.5083185],
    "gru cell": [-1.329062, 2.52781, 7.086184],
    "attention": [0.00503397, -0.2083906, 0.9297796],
    "attention of widths": [0.5319487, -0.02219039, 0.2329746],
    "encoder layer": [-2.091191, 33.19462, 18.45752],
    "decoder": [5.150519, 43.76615, 19.75659],
    "transformer": [6.10792, 31.35473, 22.22578],
    "prelu": [1.119195, 6.998714, -0.7135844],
    "weight norm": [0.29767, -0.05221492, -0.621598],
    "spectral norm": [-0.3899362, -0.07644221, 9.266823],
}


def weighted(x):
    """A sum in which every place counts differently."""
    weights = torch.tensor([math.cos(1.3 * at + 0.4) for at in range(x.numel())])
    return (x.reshape(-1) * weights).sum()


def tensors(x):
    return [x] if isinstance(x, torch.Tensor) else [y for part in x if part is not None for y in tensors(part)]


def observed(name):
    """Of a layer: its outputs, the gradients of its inputs and those of its parameters, each as one number."""
    make, *shapes = CASES[name]
    torch.manual_seed(0)
    layer = make()
    inputs = [torch.randn(*shape, requires_grad=True) for shape in shapes]
    total = sum(weighted(y) for y in tensors(layer(*inputs)))
    total.backward()
    own = [p.grad for p in layer.parameters() if p.grad is not None]
    return [float(total), sum(float(weighted(x.grad)) for x in inputs), sum(float(weighted(g)) for g in own)]


def check(*names):
    for name in names:
        for got, want in zip(observed(name), EXPECTED[name]):
            assert abs(got - want) <= 1e-4 * (1 + abs(want)), (name, got, want)


def named(*words):
    return [name for name in CASES if any(word in name for word in words)]


def test_linear_and_norms():
    check("linear", "bilinear", *named("norm"), "local response", "prelu")


def test_dropout_draws_the_same():
    check(*named("dropout"))


def test_convolutions():
    check(*named("conv"), "unfold", "fold")


def test_pooling_and_resampling():
    check(*named("pool", "adaptive", "upsample", "pixel", "circular"))


def test_recurrent_layers():
    check(*named("rnn", "lstm", "gru"))


def test_attention_and_transformers():
    check(*named("attention", "coder", "transformer"))


def test_everything_is_expected():
    assert list(EXPECTED) == list(CASES)


def test_running_statistics():
    torch.manual_seed(0)
    layer = nn.BatchNorm2d(2)
    x = torch.randn(3, 2, 2, 2)
    layer(x)
    mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    assert torch.allclose(layer.running_mean, 0.1 * mean, atol=1e-6)
    assert torch.allclose(layer.running_var, 0.9 + 0.1 * var, atol=1e-6)
    assert int(layer.num_batches_tracked) == 1
    layer.eval()
    scale = (layer.running_var + layer.eps).rsqrt().reshape(1, 2, 1, 1)
    assert torch.allclose(layer(x), (x - layer.running_mean.reshape(1, 2, 1, 1)) * scale, atol=1e-6)


def test_rms_norm_of_half_width_takes_the_epsilon_of_float32():
    small = torch.full((4,), 1e-2, dtype=torch.bfloat16)
    assert F.rms_norm(small, (4,)).tolist() == [1.0] * 4


def test_packed_sequences():
    torch.manual_seed(0)
    layer = nn.GRU(3, 4, bidirectional=True)
    x = torch.randn(5, 3, 3)
    lengths = torch.tensor([2, 5, 3])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    y, last = layer(packed)
    padded, back = nn.utils.rnn.pad_packed_sequence(y)
    assert back.tolist() == [2, 5, 3]
    for at, length in enumerate(lengths.tolist()):
        alone, end = layer(x[:length, at : at + 1])
        assert torch.allclose(padded[:length, at], alone[:, 0], atol=1e-6)
        assert torch.allclose(last[:, at], end[:, 0], atol=1e-6)
        assert float(padded[length:, at].abs().sum()) == 0.0


def test_attention_masks():
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 2, 4, 3) for _ in range(3))
    causal = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    mask = torch.ones(4, 4, dtype=torch.bool).tril()
    assert torch.allclose(F.scaled_dot_product_attention(q, k, v, attn_mask=mask), causal, atol=1e-6)
    added = torch.zeros(4, 4).masked_fill(~mask, float("-inf"))
    assert torch.allclose(F.scaled_dot_product_attention(q, k, v, attn_mask=added), causal, atol=1e-6)
    nothing = F.scaled_dot_product_attention(q, k, v, attn_mask=torch.zeros(4, 4, dtype=torch.bool))
    assert float(nothing.abs().sum()) == 0.0
    few = F.scaled_dot_product_attention(q, k[:, :1], v[:, :1], enable_gqa=True)
    assert torch.allclose(few, F.scaled_dot_product_attention(q, k[:, [0, 0]], v[:, [0, 0]]), atol=1e-6)


if __name__ == "__main__":
    print("EXPECTED = {")
    for case in CASES:
        numbers = ", ".join(f"{value:.7g}" for value in observed(case))
        print(f'    "{case}": [{numbers}],')
    print("}")
