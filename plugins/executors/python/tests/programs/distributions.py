"""Distributions against PyTorch 2.15.0's numbers; passes under it as well."""

import torch
import torch.distributions as D
from torch.distributions import (
    Bernoulli, Beta, Binomial, Categorical, Dirichlet, Gamma, Independent, MixtureSameFamily, MultivariateNormal,
    Normal, StudentT, TransformedDistribution, kl_divergence,
)
from torch.distributions.transforms import AffineTransform, TanhTransform

V = torch.tensor([0.3, 0.5, 0.9])
P = torch.tensor([0.2, 0.5, 0.3])


def near(got, expected, tolerance=2e-5):
    got = got.flatten().tolist()
    assert len(got) == len(expected), f"{got} != {expected}"
    for a, b in zip(got, expected):
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


CASES = {
    "normal": lambda: Normal(V, V + 0.2).log_prob(V * 2), "gamma": lambda: Gamma(V, V + 1).entropy(),
    "beta": lambda: Beta(V, V + 0.5).log_prob(P), "dirichlet": lambda: Dirichlet(V).log_prob(P),
    "student": lambda: StudentT(V * 3).log_prob(V), "categorical": lambda: Categorical(logits=V).entropy(),
    "bernoulli": lambda: Bernoulli(logits=V).log_prob(torch.tensor([1.0, 0.0, 1.0])),
    "multivariate": lambda: MultivariateNormal(V, torch.diag(V) + 0.1).log_prob(P),
    "mixture": lambda: MixtureSameFamily(Categorical(P), Normal(V, V)).log_prob(torch.tensor(0.4)),
    "tanh": lambda: TransformedDistribution(Normal(V, V), [AffineTransform(1.0, 2.0), TanhTransform()]).log_prob(P),
    "independent": lambda: Independent(Normal(V, V), 1).log_prob(P),
    "kl normal": lambda: kl_divergence(Normal(V, V), Normal(0.0, 1.0)),
    "kl categorical": lambda: kl_divergence(Categorical(P), Categorical(V)),
    "kl gamma": lambda: kl_divergence(Gamma(V, V), Gamma(V + 1, V)),
}


def test_values():
    for name, case in CASES.items():
        near(case(), EXPECTED[name])


def test_samples_of_a_seed():
    torch.manual_seed(3)
    near(Normal(V, V).sample(), EXPECTED["sample normal"])
    near(Categorical(P).sample((6,)).double(), EXPECTED["sample categorical"])
    near(Bernoulli(P).sample((2,)), EXPECTED["sample bernoulli"])


def test_gradients_through_samples():
    concentration = torch.full((20000,), 2.5, requires_grad=True)
    Gamma(concentration, 1.0).rsample().mean().backward()
    assert abs(concentration.grad.sum().item() - 1.0) < 0.05
    loc = torch.zeros(3, requires_grad=True)
    Normal(loc, 1.0).rsample().sum().backward()
    assert loc.grad.tolist() == [1.0, 1.0, 1.0]


def test_arguments_are_checked():
    for wrong in (lambda: Normal(0.0, -1.0), lambda: Categorical(torch.tensor([-1.0, 2.0])), lambda: Categorical(),
                  lambda: Categorical(P).log_prob(torch.tensor(3)), lambda: Bernoulli(P).log_prob(torch.tensor(0.5))):
        try:
            wrong()
        except ValueError:
            continue
        raise AssertionError("accepted")


EXPECTED = {
    "normal": [-0.4057913, -0.8173656, -1.348959],
    "gamma": [-1.318333, -0.3148556, 0.2490297],
    "beta": [-0.1264946, -0.3465736, 0.1851534],
    "dirichlet": [-0.2367692],
    "student": [-1.256348, -1.269339, -1.495048],
    "categorical": [1.066327],
    "bernoulli": [-0.5543552, -0.974077, -0.3411539],
    "multivariate": [-2.190538],
    "mixture": [-0.2789263],
    "tanh": [-3.078897, -1.683513, -2.369589],
    "independent": [-1.032113],
    "kl normal": [0.7939728, 0.4431472, 0.4153605],
    "kl categorical": [0.1199516],
    "kl gamma": [2.298551, 1.270364, 0.6495663],
    "sample normal": [0.5409828, 0.5874167, 0.9800802],
    "sample categorical": [2.0, 1.0, 0.0, 1.0, 1.0, 2.0],
    "sample bernoulli": [0.0, 1.0, 0.0, 1.0, 1.0, 1.0],
}


def test_gamma_numbers_and_binomial_counts_are_those_of_the_seed():
    torch.manual_seed(0)
    gammas = Gamma(torch.tensor([0.5, 2.0]), torch.ones(2)).sample()
    assert torch.allclose(gammas, torch.tensor([0.00078935816, 0.63154060]), rtol=1e-5)
    mixed = Dirichlet(torch.full((3,), 0.3)).sample()
    assert torch.allclose(mixed, torch.tensor([0.0090588331, 0.77783120, 0.21310994]), rtol=1e-5)
    # The second of a pair of normal numbers is kept for the next draw.
    last = torch.cat([Beta(1.0, 2.0).sample().reshape(1), torch.rand(1)])
    assert torch.allclose(last, torch.tensor([0.66178221, 0.72310919]))
    torch.manual_seed(0)
    counts = Binomial(torch.tensor([5.0, 50.0, 200.0]), torch.tensor([0.4, 0.6, 0.05])).sample()
    assert counts.tolist() == [4.0, 27.0, 9.0]


def test_gamma_and_binomial_streams():
    torch.manual_seed(5)
    assert torch.allclose(D.Gamma(0.5, 1.0).sample((2,)), torch.tensor([0.1416, 1.3534]), atol=1e-4)
    torch.manual_seed(5)
    assert torch.allclose(D.Beta(0.4, 0.4).sample(), torch.tensor(0.0660), atol=1e-4)
    torch.manual_seed(5)
    assert D.Binomial(5, 0.4).sample((3,)).tolist() == [2, 1, 4]
    counts = D.Binomial(torch.tensor([1000.0, 12.0]), torch.tensor([0.7, 0.05])).sample((400,))
    assert torch.allclose(counts.mean(0), torch.tensor([700.0, 0.6]), atol=4.0) and bool((counts[:, 1] <= 12).all())


def test_transformed_and_other_distributions():
    parts = torch.tensor([1.5, 3.0])
    for made in (
        D.HalfCauchy(parts), D.Weibull(parts, parts), D.Pareto(parts, parts), D.InverseGamma(parts, parts),
        D.Kumaraswamy(parts, parts), D.NegativeBinomial(parts, logits=parts - 2), D.FisherSnedecor(parts, parts),
        D.VonMises(parts, parts),
    ):
        torch.manual_seed(0)
        sample = made.expand((3, 2)).sample()
        assert sample.shape == (3, 2) and made.log_prob(sample).isfinite().all(), made
    factor, diag = torch.tensor([[1.0], [0.5], [2.0]]), torch.tensor([1.0, 2.0, 0.5])
    low = D.LowRankMultivariateNormal(torch.zeros(3), factor, diag)
    full = D.MultivariateNormal(torch.zeros(3), factor @ factor.T + torch.diag(diag))
    x = torch.tensor([0.3, -1.0, 0.7])
    assert torch.allclose(low.log_prob(x), full.log_prob(x), atol=1e-5)
    assert torch.allclose(low.entropy(), full.entropy(), atol=1e-5)
