"""A convolutional VAE: reparametrised samples, transposed convolutions, Bernoulli likelihood and KL."""

import torch
from torch import nn, optim
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, z=4):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.GroupNorm(4, 16), nn.ELU(),
            nn.Flatten(), nn.Linear(16 * 4 * 4, 32), nn.ReLU(),
        )
        self.fc21 = nn.Linear(32, z)
        self.fc22 = nn.Linear(32, z)
        self.decoder = nn.Sequential(
            nn.Linear(z, 16 * 4 * 4), nn.Unflatten(1, (16, 4, 4)), nn.ReLU(),
            nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy_with_logits(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (bce + kld) / x.shape[0]


torch.manual_seed(1)
model = VAE()
optimizer = optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-5)
data = (torch.rand(16, 1, 16, 16) < 0.3).float()
for step in range(20):
    optimizer.zero_grad()
    recon, mu, logvar = model(data)
    loss = loss_function(recon, data, mu, logvar)
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.7f}")
with torch.no_grad():
    mu, logvar = model.encode(data)
    q = Normal(mu, (0.5 * logvar).exp())
    kl = kl_divergence(q, Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(-1).mean()
    print(f"step 20 loss {kl.item():.7f}")
    print("sample", tuple(torch.sigmoid(model.decoder(torch.randn(2, 4))).shape))
