"""Functions of torch.nn.functional against PyTorch 2.15.0's numbers; passes under it as well."""

import torch
import torch.nn.functional as F


def near(value, expected, tolerance=2e-5):
    got = value.flatten().tolist() if isinstance(value, torch.Tensor) else list(value)
    assert len(got) == len(expected), f"{len(got)} elements, expected {len(expected)}"
    for a, b in zip(got, expected):
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


def test_activations():
    x = torch.linspace(-2, 2, 9)
    near(F.gelu(x), [-0.0455, -0.100211, -0.158655, -0.154269, 0.0, 0.345731, 0.841345, 1.399789, 1.9545])
    near(F.gelu(x, approximate="tanh"),
         [-0.045402, -0.100428, -0.158808, -0.154286, 0.0, 0.345714, 0.841192, 1.399572, 1.954598])
    near(F.silu(x), [-0.238406, -0.273638, -0.268941, -0.18877, 0.0, 0.31123, 0.731059, 1.226362, 1.761594])
    near(F.softplus(x), [0.126928, 0.201413, 0.313262, 0.474077, 0.693147, 0.974077, 1.313262, 1.701413, 2.126928])
    near(F.mish(x), [-0.252501, -0.2981, -0.303401, -0.220744, 0.0, 0.375245, 0.865098, 1.403378, 1.943959])
    near(F.elu(x), [-0.864665, -0.77687, -0.632121, -0.393469, 0.0, 0.5, 1.0, 1.5, 2.0])
    near(F.logsigmoid(x), [-2.126928, -1.701413, -1.313262, -0.974077, -0.693147, -0.474077, -0.313262, -0.201413, -0.126928])
    near(F.hardswish(x), [-0.333333, -0.375, -0.333333, -0.208333, 0.0, 0.291667, 0.666667, 1.125, 1.666667])
    near(F.leaky_relu(x), [-0.02, -0.015, -0.01, -0.005, 0.0, 0.5, 1.0, 1.5, 2.0])
    assert F.relu(x).square().tolist() == [0, 0, 0, 0, 0, 0.25, 1, 2.25, 4]


LOGITS = torch.tensor([[1.0, 2.0, 0.5], [0.1, -1.0, 2.0], [3.0, 0.0, -2.0], [0.0, 0.0, 1.0]])
TARGETS = torch.tensor([1, 2, 0, -100])


def test_cross_entropy():
    near([F.cross_entropy(LOGITS, TARGETS).item()], [0.233713])
    near([F.cross_entropy(LOGITS, TARGETS, label_smoothing=0.1).item()], [0.404824])
    near([F.cross_entropy(LOGITS, TARGETS, reduction="sum").item()], [0.701138])
    near(F.cross_entropy(LOGITS, TARGETS, reduction="none"), [0.464369, 0.181785, 0.054985, 0.0])
    near([F.cross_entropy(LOGITS, TARGETS, weight=torch.tensor([1.0, 2.0, 3.0])).item()], [0.254846])
    probabilities = F.softmax(LOGITS.flip(1), -1)
    near([F.cross_entropy(LOGITS, probabilities).item()], [2.277577])
    near([F.cross_entropy(LOGITS, probabilities, label_smoothing=0.2).item()], [2.174691])
    near([F.cross_entropy(LOGITS, torch.tensor([1, 2, 0, 1]), ignore_index=1).item()], [(0.181785 + 0.054985) / 2])
    wide = LOGITS.t().unsqueeze(0)
    near([F.cross_entropy(wide, TARGETS.unsqueeze(0)).item()], [0.233713])
    near([F.nll_loss(F.log_softmax(LOGITS, -1), TARGETS).item()], [0.233713])


def test_other_losses():
    near([F.binary_cross_entropy_with_logits(LOGITS[:, 0], torch.tensor([1.0, 0.0, 1.0, 0.0])).item()], [0.449848])
    near([F.kl_div(F.log_softmax(LOGITS, -1), F.softmax(LOGITS.flip(0), -1), reduction="batchmean").item()], [1.692205])
    near([F.smooth_l1_loss(LOGITS, LOGITS.flip(0)).item()], [1.420833])
    near([F.huber_loss(LOGITS, LOGITS.flip(0), delta=0.5).item()], [0.825])
    assert F.mse_loss(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0])).item() == 5
    assert F.l1_loss(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0]), reduction="sum").item() == 4


def test_attention():
    q = torch.linspace(-1, 1, 48).reshape(2, 2, 3, 4)
    k, v = q.flip(2) * 0.7, q.flip(3)
    attention = F.scaled_dot_product_attention
    near(attention(q, k, v)[1, 1, 0], [0.813732, 0.771178, 0.728625, 0.686072])
    near(attention(q, k, v, is_causal=True)[1, 1],
         [0.659575, 0.617021, 0.574468, 0.531915, 0.736935, 0.694382, 0.651829, 0.609276, 0.80468, 0.762127, 0.719574, 0.677021])
    mask = torch.tensor([[1, 0, 1], [1, 1, 0], [0, 1, 1]]).bool()
    near(attention(q, k, v, attn_mask=mask)[1, 1, 0], [0.805784, 0.763231, 0.720678, 0.678125])
    near(attention(q, k, v, attn_mask=-mask.float())[0, 1, 0], [-0.184177, -0.22673, -0.269283, -0.311836])
    near(attention(q, k, v, scale=0.3)[0, 0, 0], [-0.686984, -0.729537, -0.77209, -0.814644])
    grouped = attention(q, k[:, :1], v[:, :1], enable_gqa=True)
    near(grouped[:, 1], attention(q, k[:, :1].expand(2, 2, 3, 4), v[:, :1].expand(2, 2, 3, 4))[:, 1].flatten().tolist())
    # A cache: one query against all keys so far.
    near(attention(q[:, :, 2:], k, v)[1, 1], [0.80468, 0.762127, 0.719574, 0.677021])


def test_normalisation():
    a = torch.arange(12.0).reshape(3, 4)
    near(F.layer_norm(a, (4,)), [-1.341635, -0.447212, 0.447212, 1.341635] * 3)
    near(F.layer_norm(a, (4,), torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([0.0, 1.0, 0.0, 1.0]))[0],
         [-1.341635, 0.105576, 1.341635, 6.366542])
    near(F.rms_norm(a, (4,), eps=1e-6)[1], [0.712697, 0.890871, 1.069045, 1.247219])
    near(F.rms_norm(a, (3, 4))[2], (a / a.square().mean().sqrt())[2].tolist())
    near(F.normalize(a, dim=0)[1], [0.447214, 0.483368, 0.507093, 0.523205])
    near(F.cosine_similarity(a[0:1] + 1, a[1:2]), [0.9759])


def test_padding_and_convolution():
    a = torch.arange(4.0)
    assert F.pad(a, (1, 2)).tolist() == [0, 0, 1, 2, 3, 0, 0] and F.pad(a, (-1, 1), value=9).tolist() == [1, 2, 3, 9]
    assert F.pad(a.reshape(1, 2, 2), (0, 0, 1, 0)).tolist() == [[[0, 0], [0, 1], [2, 3]]]
    assert F.pad(a.reshape(1, 1, 4), (2, 1), mode="reflect").tolist() == [[[2, 1, 0, 1, 2, 3, 2]]]
    assert F.one_hot(torch.tensor([2, 0]), 4).tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    x = torch.arange(24.0).reshape(2, 3, 4) / 10
    near(F.conv1d(x, torch.linspace(-1, 1, 12).reshape(2, 3, 2), torch.tensor([0.1, -0.1]), padding=1)[0],
         [-0.154545, -0.763636, -1.090909, -1.418182, -0.945454, 0.954545, 1.981818, 2.309091, 2.636364, 1.145455])
    near(F.conv1d(x, torch.linspace(-1, 1, 6).reshape(3, 1, 2), groups=3, stride=2)[0],
         [-0.06, -0.38, 0.02, 0.02, 1.38, 1.7])
    near(F.conv1d(torch.arange(10.0).reshape(1, 1, 10), torch.tensor([[[1.0, 2.0, 3.0]]]), dilation=2, padding="same"),
         [6, 11, 16, 22, 28, 34, 40, 46, 22, 25])


def test_embedding():
    table = torch.arange(6.0).reshape(3, 2).requires_grad_()
    rows = F.embedding(torch.tensor([[2, 0], [2, 1]]), table)
    assert rows.shape == (2, 2, 2) and rows[0, 0].tolist() == [4, 5]
    rows.sum().backward()
    assert table.grad.tolist() == [[1, 1], [1, 1], [2, 2]]
    table.grad = None
    F.embedding(torch.tensor([2, 0]), table, padding_idx=0).sum().backward()
    assert table.grad.tolist() == [[0, 0], [0, 0], [1, 1]]


def test_flex_attention():
    from torch.nn.attention.flex_attention import and_masks, create_block_mask, create_mask, flex_attention

    def causal(b, h, q_idx, kv_idx):
        return q_idx >= kv_idx

    def near(b, h, q_idx, kv_idx):
        return q_idx - kv_idx < 3

    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 2, 8, 4).unbind(0)
    mask = create_mask(and_masks(causal, near), None, None, 8, 8, device="cpu")
    assert mask.shape == (1, 1, 8, 8) and mask.sum() == 21
    blocks = create_block_mask(and_masks(causal, near), None, None, 8, 8, device="cpu", BLOCK_SIZE=8)
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert torch.allclose(flex_attention(q, k, v, block_mask=blocks), expected, atol=1e-5)
    slopes = torch.tensor([0.5, 0.25])

    def lean(score, b, h, q_idx, kv_idx):
        return score + slopes[h] * (kv_idx - q_idx)

    bias = slopes[:, None, None] * (torch.arange(8) - torch.arange(8)[:, None])
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.expand(2, 2, 8, 8))
    assert torch.allclose(flex_attention(q, k, v, score_mod=lean), expected, atol=1e-5)
