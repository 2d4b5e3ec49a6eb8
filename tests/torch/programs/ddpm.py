"""Denoising diffusion: a small U-Net with time embedding, the DDPM loss, and a few sampling steps."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def cosine_beta_schedule(timesteps, s=0.008):
    steps = timesteps + 1
    x = torch.linspace(0, timesteps, steps, dtype=torch.float64)
    alphas_cumprod = torch.cos(((x / timesteps) + s) / (1 + s) * math.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    betas = 1 - (alphas_cumprod[1:] / alphas_cumprod[:-1])
    return torch.clip(betas, 0, 0.999)


def extract(a, t, x_shape):
    b, *_ = t.shape
    return a.gather(-1, t).reshape(b, *((1,) * (len(x_shape) - 1)))


class SinusoidalPosEmb(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        half_dim = self.dim // 2
        emb = math.log(10000) / (half_dim - 1)
        emb = torch.exp(torch.arange(half_dim, device=x.device) * -emb)
        emb = x[:, None] * emb[None, :]
        return torch.cat((emb.sin(), emb.cos()), dim=-1)


class Block(nn.Module):
    def __init__(self, dim, dim_out, time_dim):
        super().__init__()
        self.proj = nn.Conv2d(dim, dim_out, 3, padding=1)
        self.norm = nn.GroupNorm(4, dim_out)
        self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(time_dim, dim_out * 2))
        self.res = nn.Conv2d(dim, dim_out, 1) if dim != dim_out else nn.Identity()

    def forward(self, x, t):
        scale, shift = self.mlp(t)[:, :, None, None].chunk(2, dim=1)
        h = self.norm(self.proj(x)) * (scale + 1) + shift
        return F.silu(h) + self.res(x)


class Unet(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.time = nn.Sequential(SinusoidalPosEmb(dim), nn.Linear(dim, dim * 4), nn.GELU(), nn.Linear(dim * 4, dim * 4))
        self.init = nn.Conv2d(1, dim, 5, padding=2)
        self.down1 = Block(dim, dim, dim * 4)
        self.down = nn.Conv2d(dim, dim * 2, 4, 2, 1)
        self.mid = Block(dim * 2, dim * 2, dim * 4)
        self.up = nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(dim * 2, dim, 3, padding=1))
        self.up1 = Block(dim * 2, dim, dim * 4)
        self.final = nn.Conv2d(dim, 1, 1)

    def forward(self, x, time):
        t = self.time(time)
        x = self.init(x)
        skip = self.down1(x, t)
        x = self.mid(self.down(skip), t)
        x = self.up1(torch.cat((self.up(x), skip), dim=1), t)
        return self.final(x)


class GaussianDiffusion(nn.Module):
    def __init__(self, model, timesteps):
        super().__init__()
        self.model, self.num_timesteps = model, timesteps
        betas = cosine_beta_schedule(timesteps)
        alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)
        register = lambda name, val: self.register_buffer(name, val.to(torch.float32))  # noqa: E731
        register("betas", betas)
        register("sqrt_recip_alphas", torch.sqrt(1.0 / (1.0 - betas)))
        register("sqrt_alphas_cumprod", torch.sqrt(alphas_cumprod))
        register("sqrt_one_minus_alphas_cumprod", torch.sqrt(1.0 - alphas_cumprod))

    def forward(self, x0):
        t = torch.randint(0, self.num_timesteps, (x0.shape[0],), device=x0.device).long()
        noise = torch.randn_like(x0)
        x = (
            extract(self.sqrt_alphas_cumprod, t, x0.shape) * x0
            + extract(self.sqrt_one_minus_alphas_cumprod, t, x0.shape) * noise
        )
        return F.mse_loss(self.model(x, t), noise)

    @torch.inference_mode()
    def sample(self, shape):
        x = torch.randn(shape)
        for i in reversed(range(self.num_timesteps)):
            t = torch.full((shape[0],), i, dtype=torch.long)
            mean = extract(self.sqrt_recip_alphas, t, shape) * (
                x - extract(self.betas, t, shape) * self.model(x, t)
                / extract(self.sqrt_one_minus_alphas_cumprod, t, shape)
            )
            x = mean + (extract(self.betas, t, shape).sqrt() * torch.randn_like(x) if i > 0 else 0)
        return x.clamp(-1.0, 1.0)


torch.manual_seed(4)
diffusion = GaussianDiffusion(Unet(), timesteps=10)
optimizer = torch.optim.Adam(diffusion.parameters(), lr=2e-3, betas=(0.9, 0.99))
grid = torch.linspace(-1, 1, 8)
images = torch.sign(grid[None, :] * torch.randn(8, 8, 1) + torch.randn(8, 1, 8))[:, None]
for step in range(20):
    loss = diffusion(images)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"step {step} loss {loss.item():.7f}")
print("sampled", tuple(diffusion.sample((2, 1, 8, 8)).shape))
