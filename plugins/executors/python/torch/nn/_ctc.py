"""The connectionist temporal classification loss (Graves et al. 2006)."""

import torch

# Stands for the logarithm of 0: finite, so that no gradient becomes NaN.
_NEVER = -1e30


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """The negative logarithm of the probability that a sequence of steps spells its targets."""
    if log_probs.dim() == 2:
        single = ctc_loss(log_probs.unsqueeze(1), targets.reshape(1, -1), _listed(input_lengths),
                          _listed(target_lengths), blank, reduction, zero_infinity)
        return single.squeeze(0) if reduction == "none" else single
    steps, batch, classes = log_probs.shape
    inputs, lengths = _listed(input_lengths), _listed(target_lengths)
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for what, given in (("input_lengths", inputs), ("target_lengths", lengths)):
        if len(given) != batch:
            raise RuntimeError(f"{what} must be of size batch_size")
    for number, length in enumerate(inputs):
        if length > steps:
            raise RuntimeError(f"Expected input_lengths to have value at most {steps}, but got value {length} (while "
                               "checking arguments for ctc_loss_cpu)")
    loss = _losses(log_probs, _labels(targets, lengths), inputs, lengths, blank)
    impossible = loss > -_NEVER / 2
    loss = torch.where(impossible, 0.0 if zero_infinity else float("inf"), loss)
    if reduction == "mean":
        return (loss / torch.tensor([max(n, 1) for n in lengths], dtype=loss.dtype)).mean()
    return loss.sum() if reduction == "sum" else loss


def _listed(lengths):
    if isinstance(lengths, torch.Tensor):
        lengths = lengths.tolist()
    return [int(lengths)] if not isinstance(lengths, (list, tuple)) else [int(n) for n in lengths]


def _labels(targets, lengths):
    """The labels of each sequence, from rows or from one after the other."""
    if targets.dim() == 2:
        return [row[:n] for row, n in zip(targets.tolist(), lengths)]
    flat, at, rows = targets.tolist(), 0, []
    for n in lengths:
        rows.append(flat[at : at + n])
        at += n
    return rows


def _losses(log_probs, labels, inputs, lengths, blank):
    steps, batch, _ = log_probs.shape
    width = 2 * max(lengths, default=0) + 1
    # Blanks between, before and after the labels.
    spelt = [[blank if at % 2 == 0 or at // 2 >= len(row) else row[at // 2] for at in range(width)] for row in labels]
    skips = [[at >= 2 and row[at] != blank and row[at] != row[at - 2] for at in range(width)] for row in spelt]
    index = torch.tensor(spelt, dtype=torch.int64).reshape(1, batch, width)
    skip = torch.where(torch.tensor(skips), 0.0, _NEVER).to(log_probs.dtype)
    emitted = log_probs.gather(2, index.expand(steps, batch, width))
    start = torch.where(torch.arange(width) < 2, 0.0, _NEVER).to(log_probs.dtype)
    alpha = emitted[0] + start
    alphas = [alpha]
    wall = torch.full((batch, 2), _NEVER, dtype=log_probs.dtype)
    for step in range(1, steps):
        before = torch.cat([wall, alpha], 1)
        ways = torch.stack([alpha, before[:, 1 : width + 1], before[:, :width] + skip])
        alpha = (ways.logsumexp(0) + emitted[step]).clamp(min=_NEVER)
        alphas.append(alpha)
    return _ends(torch.stack(alphas), log_probs, inputs, lengths)


def _ends(alphas, log_probs, inputs, lengths):
    """The loss of each sequence, at the step where it ends."""
    results = []
    for number, (steps, length) in enumerate(zip(inputs, lengths)):
        if steps == 0:
            results.append(torch.full((), 0.0 if length == 0 else -_NEVER, dtype=alphas.dtype))
            continue
        last = alphas[steps - 1, number]
        end = last[max(2 * length - 1, 0) : 2 * length + 1].logsumexp(0)
        # PyTorch's gradient holds what `log_softmax` takes away again.
        mass = log_probs[:steps, number].exp().sum()
        results.append(-end + (mass - mass.detach()))
    return torch.stack(results)


__all__ = ["ctc_loss"]
