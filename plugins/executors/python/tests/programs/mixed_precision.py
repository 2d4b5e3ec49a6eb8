"""autocast and GradScaler on a CPU, torch.compile, and switches; passes under PyTorch 2.15.0 as well."""

import torch
import torch.backends.cudnn as cudnn
import torch.nn as nn
import torch.nn.functional as F


def test_autocast():
    layer, x = nn.Linear(4, 3), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = layer(x)
        assert y.dtype == torch.bfloat16 and (x @ x.t()).dtype == torch.bfloat16 and (x + x).dtype == torch.float32
        assert F.mse_loss(y, torch.zeros(2, 3)).dtype == torch.float32
        with torch.autocast("cpu", enabled=False):
            assert layer(x).dtype == torch.float32
        y.sum().backward()
    assert layer(x).dtype == torch.float32 and layer.weight.grad.dtype == torch.float32


def test_scaler():
    p = nn.Parameter(torch.ones(2))
    optimizer, scaler = torch.optim.SGD([p], lr=0.5), torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)
    scales = []
    for factor in (1.0, 1.0, float("inf")):
        optimizer.zero_grad()
        scaler.scale((p * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    assert scales == [4.0, 8.0, 4.0] and p.tolist() == [0.0, 0.0]


def test_compile():
    model = nn.Linear(2, 2)
    compiled = torch.compile(model)
    assert list(compiled.state_dict()) == ["_orig_mod.weight", "_orig_mod.bias"] and compiled._orig_mod is model


def test_switches():
    cudnn.benchmark = True
    assert torch.backends.cudnn.benchmark
    assert not torch.distributed.is_initialized()
    with torch.profiler.record_function("name"):
        pass
