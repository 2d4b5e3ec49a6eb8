"""Every optimizer and schedule against PyTorch 2.15.0's numbers, and what they remember; passes under it as well."""

import copy
import pickle

import torch
import torch.nn as nn
import torch.nn.functional as F


def near(got, expected, tolerance=2e-5):
    assert len(got) == len(expected), f"{got} != {expected}"
    for a, b in zip(got, expected):
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


def problem():
    w = nn.Parameter(torch.tensor([[0.5, -0.3], [0.8, 0.1]]))
    b = nn.Parameter(torch.tensor([0.1, -0.2]))
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    y = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return [w, b], lambda: F.mse_loss(x @ w.t() + b, y)


def train(optimizer, loss, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


def trajectory(make, steps=8):
    params, loss = problem()
    train(make(params), loss, steps)
    return [v for p in params for v in p.flatten().tolist()]


EXPECTED = {
    "Adam amsgrad": [0.1222183, 0.08821751, 0.455953, 0.09098795, 0.309391, -0.3702066],
    "AdamW maximize": [0.9014697, -0.7011563, 1.20018, 0.4786229, 0.4755415, 0.2010363],
    "NAdam": [0.2165417, -0.01018831, 0.559325, 0.0819581, 0.3024674, -0.3276678],
    "RAdam": [0.2046164, 0.02553932, 0.5461404, 0.08409048, 0.1141594, -0.2692771],
    "Adamax": [0.190986, 0.04999867, 0.5266612, 0.1037354, 0.2684644, -0.3825137],
    "Adadelta": [0.473918, -0.2734874, 0.7740268, 0.08331974, 0.0876313, -0.2251768],
    "Adagrad": [0.3366422, -0.1321333, 0.6488985, 0.08891971, 0.1820087, -0.3189248],
    "RMSprop": [-0.05119226, 0.4130839, 0.2805587, -0.1027423, 0.4980692, 0.171835],
    "ASGD": [0.1787036, 0.106728, 0.5170076, 0.07702463, 0.1441022, -0.2336298],
    "Rprop": [0.3350091, -0.1350092, 0.6350092, 0.09492, 0.1226496, -0.3649909],
    "Adafactor": [0.2564825, 0.01139809, 0.5135533, 0.07517873, 0.235902, -0.2323908],
    "multiplicative": [0.1, 0.09, 0.081, 0.0729, 0.06561, 0.059049, 0.0531441, 0.04782969, 0.04304672, 0.03874205],
    "polynomial": [0.1, 0.06944444, 0.04444444, 0.025, 0.01111111, 0.002777778, 0.0, 0.0, 0.0, 0.0],
    "restarts": [0.1, 0.075, 0.025, 0.1, 0.09330127, 0.075, 0.05, 0.025, 0.00669873, 0.1],
    "cyclic": [0.01, 0.04, 0.07, 0.1, 0.07, 0.04, 0.01, 0.025, 0.04, 0.055],
    "plateau": [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.001, 0.001],
    "chained": [0.01, 0.009, 0.0081, 0.00729, 0.06561, 0.059049, 0.0531441, 0.04782969, 0.04304672, 0.03874205],
    "swa": [0.1, 0.09140576, 0.06890576, 0.04109424, 0.01859424, 0.01, 0.01, 0.01, 0.01, 0.01],
    "three phases": [
        0.016, 0.1399159, 0.3517141, 0.3780076, 0.184857, 0.02157917, 0.01526068, 0.01248985, 0.008433868,
        0.004253907,
    ],
}


def test_trajectories():
    o = torch.optim
    makers = {
        "Adam amsgrad": lambda p: o.Adam(p, lr=0.05, amsgrad=True, weight_decay=0.1),
        "AdamW maximize": lambda p: o.AdamW(p, lr=0.05, maximize=True),
        "NAdam": lambda p: o.NAdam(p, lr=0.05), "RAdam": lambda p: o.RAdam(p, lr=0.05),
        "Adamax": lambda p: o.Adamax(p, lr=0.05), "Adadelta": lambda p: o.Adadelta(p),
        "Adagrad": lambda p: o.Adagrad(p, lr=0.05, lr_decay=0.1),
        "RMSprop": lambda p: o.RMSprop(p, lr=0.02, momentum=0.5, centered=True),
        "ASGD": lambda p: o.ASGD(p, lr=0.05, t0=2, lambd=0.1), "Rprop": lambda p: o.Rprop(p),
        "Adafactor": lambda p: o.Adafactor(p, lr=0.1),
    }
    for name, make in makers.items():
        near(trajectory(make), EXPECTED[name])


def test_lbfgs():
    params, loss = problem()
    optimizer = torch.optim.LBFGS(params, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    first = optimizer.step(closure)
    assert first.item() > 1 and closure().item() < 1e-3, closure()


def test_moments_are_seen_and_written():
    params, loss = problem()
    optimizer = torch.optim.AdamW(params, lr=0.05)
    train(optimizer, loss, 3)
    state = optimizer.state[params[0]]
    assert sorted(state) == ["exp_avg", "exp_avg_sq", "step"] and state["step"].item() == 3.0
    held = state["exp_avg"]
    before = held.clone()
    train(optimizer, loss, 1)
    assert not torch.equal(held, before) and optimizer.state[params[0]]["step"].item() == 4.0
    held.zero_()
    assert optimizer.state[params[0]]["exp_avg"].abs().sum() == 0
    optimizer.state.clear()
    train(optimizer, loss, 1)
    assert optimizer.state[params[0]]["step"].item() == 1.0


def test_saved_state_goes_on_the_same():
    params, loss = problem()
    optimizer = torch.optim.Adam(params, lr=0.05)
    train(optimizer, loss, 3)
    saved, values = copy.deepcopy(optimizer.state_dict()), [p.detach().clone() for p in params]
    train(optimizer, loss, 3)
    others, other_loss = problem()
    with torch.no_grad():
        for p, value in zip(others, values):
            p.copy_(value)
    again = torch.optim.Adam(others, lr=1.0)
    again.load_state_dict(saved)
    train(again, other_loss, 3)
    for a, b in zip(params, others):
        near(a.flatten().tolist(), b.flatten().tolist(), 1e-6)
    assert len(pickle.loads(pickle.dumps(again)).state) == 2


def test_freezing_keeps_moments():
    params, loss = problem()
    optimizer = torch.optim.AdamW(params, lr=0.05)
    train(optimizer, loss, 2)
    params[0].requires_grad_(False)
    params[0].requires_grad_(True)
    train(optimizer, loss, 1)
    assert optimizer.state[params[0]]["step"].item() == 3.0


def test_hooks_and_errors():
    p = nn.Parameter(torch.ones(2))
    optimizer, seen = torch.optim.SGD([p], lr=0.1), []
    optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))
    optimizer.step()
    assert seen == ["before", "after"]
    for wrong, kind in ((lambda: torch.optim.SGD([p], lr=-1.0), ValueError),
                        (lambda: torch.optim.Adam([p], betas=(1.0, 0.9)), ValueError),
                        (lambda: torch.optim.SGD([p * 2], lr=0.1), ValueError),
                        (lambda: optimizer.add_param_group({"params": [p]}), ValueError),
                        (lambda: torch.optim.Muon([p]), ValueError)):
        try:
            wrong()
        except kind:
            continue
        raise AssertionError("accepted")


def rates(make, steps=10):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    seen = []
    for step in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(1.0)
        else:
            scheduler.step()
    return seen


def test_schedules():
    s = torch.optim.lr_scheduler
    makers = {
        "multiplicative": lambda o: s.MultiplicativeLR(o, lambda epoch: 0.9),
        "polynomial": lambda o: s.PolynomialLR(o, 6, 2.0),
        "restarts": lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2),
        "cyclic": lambda o: s.CyclicLR(o, 0.01, 0.1, 3, mode="triangular2"),
        "plateau": lambda o: s.ReduceLROnPlateau(o, patience=2, cooldown=1),
        "chained": lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)]),
        "swa": lambda o: torch.optim.swa_utils.SWALR(o, 0.01, 5),
        "three phases": lambda o: s.OneCycleLR(o, 0.4, total_steps=12, three_phase=True),
    }
    for name, make in makers.items():
        near(rates(make), EXPECTED[name], 1e-6)
