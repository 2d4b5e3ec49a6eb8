"""`torch.stft` and `torch.istft`: Fourier transforms of overlapping windows of a signal."""

import math

from . import fft
from ._arranging import unfold
from ._complex import ComplexTensor
from ._creation import arange, ones, zeros
from ._shaping import reshape

# Below this the windows leave a sample out.
_LEAST = 1e-11


def _padded_window(name, window, win_length, n_fft, kind):
    """The window in the middle of `n_fft` samples."""
    if window is None:
        window = ones(win_length, dtype=kind)
    elif window.dim() != 1 or window.shape[0] != win_length:
        raise RuntimeError(
            f"{name}(): expected a 1D window tensor of size equal to win_length={win_length}, but got window with size "
            f"{list(window.shape)}")
    if win_length == n_fft:
        return window
    left = (n_fft - win_length) // 2
    from .nn.functional import pad

    return pad(window, [left, n_fft - win_length - left])


def _checked(name, n_fft, hop_length, win_length):
    win_length = n_fft if win_length is None else win_length
    hop_length = n_fft // 4 if hop_length is None else hop_length
    if hop_length <= 0:
        raise RuntimeError(f"{name}(): expected hop_length > 0, but got hop_length={hop_length}")
    if not 0 < win_length <= n_fft:
        raise RuntimeError(f"{name}(): expected 0 < win_length <= n_fft, but got win_length={win_length}")
    return hop_length, win_length


def stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect",
         normalized=False, onesided=None, return_complex=None, align_to_window=None):
    """The transform of each window: (batch), frequency, window."""
    if isinstance(input, ComplexTensor) or isinstance(window, ComplexTensor):
        raise NotImplementedError("torch.stft of complex numbers is not available; the nearest is torch.fft.fft")
    if align_to_window is not None:
        if center:
            raise RuntimeError("stft align_to_window should only be set when center = false")
        if align_to_window:
            raise NotImplementedError("torch.stft with align_to_window is not available; the nearest is center=True")
    if return_complex is None:
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further require that "
            "return_complex=True in a future PyTorch release.")
    if input.dim() not in (1, 2):
        raise RuntimeError(f"stft(): expected a 1D or 2D tensor, but got {input.dim()}D tensor")
    single = input.dim() == 1
    signal = reshape(input, [1, -1]) if single else input
    if center:
        from .nn.functional import pad

        signal = pad(signal[None], [n_fft // 2, n_fft // 2], pad_mode)[0]
    if not 0 < n_fft <= signal.shape[-1]:
        raise RuntimeError(f"stft(): expected 0 < n_fft < {signal.shape[-1]}, but got n_fft={n_fft}")
    hop_length, win_length = _checked("stft", n_fft, hop_length, win_length)
    frames = unfold(signal, -1, n_fft, hop_length)
    if window is not None or win_length < n_fft:
        frames = frames * _padded_window("stft", window, win_length, n_fft, frames.dtype)
    norm = "ortho" if normalized else None
    found = fft.fft(frames, norm=norm) if onesided is False else fft.rfft(frames, norm=norm)
    found = found.transpose(1, 2)
    found = found[0] if single else found
    if return_complex:
        return found
    from ._complex import view_as_real

    return view_as_real(found)


def _overlapped(frames, hop_length):
    """The sum of frames, each `hop_length` after the one before."""
    batch, count, width = frames.shape
    places = (arange(count)[:, None] * hop_length + arange(width)).reshape(-1)
    whole = zeros((batch, width + hop_length * (count - 1)), dtype=frames.dtype)
    return whole.index_add(1, places, reshape(frames, [batch, count * width]))


def istft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None,
          length=None, return_complex=False):
    """The signal whose `stft` is nearest to `input`."""
    if not isinstance(input, ComplexTensor):
        raise TypeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.")
    hop_length, win_length = _checked("istft", n_fft, hop_length, win_length)
    if return_complex:
        if onesided is not False:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
        raise NotImplementedError("torch.istft of complex signals is not available; the nearest is torch.fft.ifft")
    single = input.dim() == 2
    spectrum = (input[None] if single else input).transpose(1, 2)
    bins = spectrum.shape[-1]
    onesided = bins != n_fft if onesided is None else onesided
    if bins != (n_fft // 2 + 1 if onesided else n_fft):
        raise RuntimeError(
            f"istft(): expected the frequency dimension (3rd to the last) of the input tensor to match n_fft"
            f"{' / 2 + 1' if onesided else ''} when onesided={onesided}, but got {bins}")
    norm = "ortho" if normalized else None
    frames = fft.irfft(spectrum, n_fft, norm=norm) if onesided else fft.ifft(spectrum, norm=norm).real
    shape = _padded_window("istft", window, win_length, n_fft, frames.dtype)
    signal = _overlapped(frames * shape, hop_length)
    weight = _overlapped((shape * shape).expand(1, frames.shape[1], n_fft), hop_length)
    start = n_fft // 2 if center else 0
    whole = signal.shape[-1]
    end = start + length if length is not None else whole - start
    signal, weight = signal[:, start:min(end, whole)], weight[:, start:min(end, whole)]
    least = weight.abs().min().item() if weight.numel() else math.inf
    if not least > _LEAST:
        raise RuntimeError("istft(): window overlap add min: 1")
    signal = signal / weight
    if end > whole:
        from .nn.functional import pad

        signal = pad(signal, [0, end - whole])
    return signal[0] if single else signal


def install(cls):
    """Gives the class `Tensor` these methods."""
    def method(self, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect",
               normalized=False, onesided=None, return_complex=None, align_to_window=None):
        return stft(self, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided,
                    return_complex, align_to_window)

    cls.stft, cls.istft = method, istft
    ComplexTensor.istft = istft
