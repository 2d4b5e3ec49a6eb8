"""`nn.Module` and its containers: names, state, hooks, copies, what is printed and what is refused."""

import collections
import copy
import pickle

import torch
import torch.nn.functional as F
from torch import nn


class Tied(nn.Module):
    """Shares its embedding with its head."""

    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(5, 4)
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.emb.weight
        self.register_buffer("seen", torch.zeros(2))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.register_parameter("nothing", None)
        self.blocks = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])

    def forward(self, ids):
        x = self.emb(ids)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def raises(kind, text, function):
    try:
        function()
    except kind as error:
        assert text in str(error), str(error)
        return
    raise AssertionError(f"no {kind.__name__}")


def test_names_and_sharing():
    model = Tied()
    names = ["emb.weight", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "blocks.1.bias"]
    assert [name for name, _ in model.named_parameters()] == names
    every = [name for name, _ in model.named_parameters(remove_duplicate=False)]
    assert every == ["emb.weight", "head.weight", *names[1:]]
    assert list(model.state_dict()) == ["seen", "emb.weight", "head.weight", *names[1:]]
    assert [name for name, _ in model.named_buffers()] == ["seen", "scratch"]
    assert [name for name, _ in model.named_children()] == ["emb", "head", "blocks"]
    twin = copy.deepcopy(model)
    assert twin.head.weight is twin.emb.weight and twin.emb.weight is not model.emb.weight
    model(torch.tensor([1, 2])).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    assert twin.emb.weight.grad is None


def test_tables_are_what_attributes_read():
    layer = nn.Linear(2, 2)
    other = nn.Parameter(torch.ones(2, 2))
    layer._parameters["weight"] = other
    assert layer.weight is other and "weight" not in layer.__dict__
    del layer.weight
    layer.weight = torch.full((2, 2), 2.0)
    assert "weight" not in layer._parameters and float(layer.weight.sum()) == 8.0
    assert "bias" in dir(layer)


def test_loading_says_what_is_wrong():
    layer = nn.Linear(2, 3)
    state = layer.state_dict()
    assert str(layer.load_state_dict(state)) == "<All keys matched successfully>"
    del state["bias"]
    state["other"] = torch.ones(1)
    kept = layer.load_state_dict(state, strict=False)
    assert kept.missing_keys == ["bias"] and kept.unexpected_keys == ["other"]
    raises(RuntimeError, 'Missing key(s) in state_dict: "bias". \n\tUnexpected key(s) in state_dict: "other". ',
           lambda: layer.load_state_dict(state))
    wrong = {"weight": torch.ones(2, 2), "bias": torch.ones(3)}
    raises(RuntimeError, "size mismatch for weight: copying a param with shape torch.Size([2, 2]) from checkpoint, the "
           "shape in current model is torch.Size([3, 2]).", lambda: layer.load_state_dict(wrong))
    layer.load_state_dict({"weight": torch.ones(3, 2), "bias": torch.zeros(3)}, assign=True)
    assert isinstance(layer.weight, nn.Parameter) and float(layer.weight.sum()) == 6.0


def test_refusals():
    layer = nn.Linear(2, 3)
    raises(AttributeError, "'Linear' object has no attribute 'foo'", lambda: layer.foo)
    raises(TypeError, "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)",
           lambda: setattr(layer, "weight", torch.ones(3, 2)))
    raises(KeyError, "attribute 'weight' already exists", lambda: layer.register_buffer("weight", torch.ones(1)))
    raises(RuntimeError, "mat1 and mat2 shapes cannot be multiplied (4x3 and 2x3)", lambda: layer(torch.ones(4, 3)))
    raises(NotImplementedError, 'Module [Module] is missing the required "forward" function', lambda: nn.Module()(1))
    raises(TypeError, "int is not a Module subclass", lambda: nn.Sequential(3))
    raises(IndexError, "index 3 is out of range", lambda: nn.ModuleList([nn.ReLU()])[3])
    raises(ValueError, "dropout probability has to be between 0 and 1, but got 2", lambda: nn.Dropout(2))
    raises(RuntimeError, "expected input[1, 2, 5, 5] to have 3 channels, but got 2 channels instead",
           lambda: nn.Conv2d(3, 4, 2)(torch.ones(1, 2, 5, 5)))


def test_repr():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.ModuleDict({"a": nn.GELU(), "b": nn.LSTM(3, 4, num_layers=2, batch_first=True)}),
        nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.Tanh()]), nn.Sequential(),
    )
    assert repr(model) == (
        "Sequential(\n"
        "  (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)\n"
        "  (1): BatchNorm2d(8, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)\n"
        "  (2): ReLU(inplace=True)\n"
        "  (3): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)\n"
        "  (4): ModuleDict(\n"
        "    (a): GELU(approximate='none')\n"
        "    (b): LSTM(3, 4, num_layers=2, batch_first=True)\n"
        "  )\n"
        "  (5): ModuleList(\n"
        "    (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\n"
        "    (2): Tanh()\n"
        "  )\n"
        "  (6): Sequential()\n"
        ")"
    )


def test_hooks():
    seen = []
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.eye(2))
        layer.bias.zero_()
    before = layer.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    after = layer.register_forward_hook(lambda module, args, kwargs, output: output + 1, with_kwargs=True)
    assert layer(torch.ones(1, 2)).tolist() == [[3.0, 3.0]]
    before.remove()
    after.remove()
    layer.register_full_backward_hook(lambda module, into, out: seen.append((into[0].tolist(), out[0].tolist())))
    layer.register_full_backward_hook(lambda module, into, out: (into[0] * 10,))
    x = torch.ones(1, 2, requires_grad=True)
    layer(x).sum().backward()
    assert seen == [([[1.0, 1.0]], [[1.0, 1.0]])]
    assert x.grad.tolist() == [[10.0, 10.0]]


def test_containers():
    several = nn.Sequential(collections.OrderedDict(a=nn.Linear(2, 3), b=nn.ReLU()))
    assert isinstance(several.a, nn.Linear) and len(several[:1]) == 1
    several.append(nn.Tanh())
    assert list(several._modules) == ["a", "b", "2"]
    del several[0]
    assert list(several._modules) == ["0", "1"]
    names = nn.ModuleDict([["x", nn.ReLU()], ["y", nn.Tanh()]])
    names.pop("x")
    assert list(names) == ["y"] and "y" in names
    values = nn.ParameterList([torch.ones(2), nn.Parameter(torch.ones(1, 2))])
    assert [name for name, _ in values.named_parameters()] == ["0", "1"]
    table = nn.ParameterDict({"b": torch.ones(2), "a": torch.ones(1)})
    assert list(table.keys()) == ["a", "b"] and isinstance(table["a"], nn.Parameter)


def test_types_and_modes():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    model.to(torch.bfloat16)
    assert model[0].weight.dtype is torch.bfloat16 and model[1].num_batches_tracked.dtype is torch.int64
    model.float().eval()
    assert not model[1].training and model[0].weight.dtype is torch.float32
    model.requires_grad_(False)
    assert not any(p.requires_grad for p in model.parameters())
    again = pickle.loads(pickle.dumps(model))
    assert torch.equal(again[0].weight, model[0].weight) and repr(again) == repr(model)


def test_lazy_modules():
    model = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2))
    assert model(torch.ones(2, 3, 5, 5)).shape == (2, 2)
    assert type(model[0]) is nn.Conv2d and model[3].in_features == 36
    assert len(list(model.parameters())) == 6


def test_parametrizations():
    class Symmetric(nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).transpose(-1, -2)

    layer = nn.Linear(3, 3)
    nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    assert torch.equal(layer.weight, layer.weight.T)
    assert sorted(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    layer(torch.ones(1, 3)).sum().backward()
    assert layer.parametrizations.weight.original.grad is not None
    nn.utils.parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is nn.Linear and isinstance(layer.weight, nn.Parameter)


def test_clipping():
    layer = nn.Linear(3, 1, bias=False)
    layer.weight.grad = torch.tensor([[3.0, 0.0, 4.0]])
    assert abs(float(nn.utils.clip_grad_norm_(layer.parameters(), 1.0)) - 5.0) < 1e-6
    assert torch.allclose(layer.weight.grad, torch.tensor([[0.6, 0.0, 0.8]]), atol=1e-6)
    nn.utils.clip_grad_value_(layer.parameters(), 0.7)
    assert torch.allclose(layer.weight.grad, torch.tensor([[0.6, 0.0, 0.7]]), atol=1e-6)


def test_second_derivatives_of_layers():
    x = torch.ones(1, 1, 3, 3, requires_grad=True)
    y = F.conv2d(x, torch.ones(1, 1, 2, 2)).pow(3).sum()
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    first.sum().backward()
    # d²/dx² of (4 windows of 4)³: each window gives 6 · 4 for each pair of its places.
    assert x.grad.tolist() == [[[[96.0, 192.0, 96.0], [192.0, 384.0, 192.0], [96.0, 192.0, 96.0]]]]


def test_pruning_by_classes():
    from torch.nn.utils import prune
    layers = nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 4))
    pairs = [(layer, "weight") for layer in layers]
    prune.global_unstructured(pairs, pruning_method=prune.L1Unstructured, amount=0.2)
    assert sum(int((layer.weight == 0).sum()) for layer in layers) == 10
    largest = max(layer.weight_orig[layer.weight_mask == 0].abs().max() for layer in layers)
    assert largest <= min(layer.weight[layer.weight_mask == 1].abs().min() for layer in layers)

    class EveryOther(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    EveryOther.apply(layers[1], "bias")
    assert layers[1].bias_mask.tolist() == [0, 1, 0, 1]
    prune.ln_structured(layers[0], "weight", amount=2, n=2, dim=0)
    (hook,) = layers[0]._forward_pre_hooks.values()
    assert isinstance(hook, prune.PruningContainer) and len(hook) == 2
    assert int((layers[0].weight.abs().sum(1) == 0).sum()) == 2
    prune.remove(layers[0], "weight")
    assert not prune.is_pruned(layers[0]) and "weight" in dict(layers[0].named_parameters())


def test_a_module_without_values():
    models = [nn.Linear(3, 2) for _ in range(2)]
    base = copy.deepcopy(models[0]).to("meta")
    params, buffers = torch.func.stack_module_state(models)
    x = torch.ones(4, 3)
    results = torch.vmap(lambda p, b: torch.func.functional_call(base, (p, b), (x,)))(params, buffers)
    assert torch.allclose(results, torch.stack([model(x) for model in models]))
    assert base.weight.shape == (2, 3) and not torch.equal(models[0].weight, torch.zeros(2, 3))


def test_causal_biases():
    from torch.nn.attention.bias import causal_lower_right, causal_upper_left

    q, k = torch.rand(1, 2, 3, 4), torch.rand(1, 2, 5, 4)
    for bias, diagonal in ((causal_upper_left(3, 5), 0), (causal_lower_right(3, 5), 2)):
        assert isinstance(bias, torch.Tensor)
        mask = torch.ones(3, 5, dtype=torch.bool).tril(diagonal)
        got, wanted = (F.scaled_dot_product_attention(q, k, k, attn_mask=m) for m in (bias, mask))
        assert torch.allclose(got, wanted, atol=1e-6)
