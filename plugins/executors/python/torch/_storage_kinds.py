"""The names by which PyTorch's files tell the type of a storage: `torch.FloatStorage` and its like."""

from . import _dtype


class _StorageKind(type):
    """A class that stands for a type; there are no storages of this kind in a sandbox."""

    def __call__(cls, *arguments, **options):
        raise NotImplementedError(f"torch.{cls.__name__} is not available; torch.tensor and torch.zeros are")


def _kind(name, of):
    return _StorageKind(name, (), {"dtype": of, "__module__": "torch", "__doc__": f"A storage of {of}."})


KINDS = {
    name: _kind(name, of)
    for name, of in (
        ("DoubleStorage", _dtype.float64), ("FloatStorage", _dtype.float32), ("HalfStorage", _dtype.float16),
        ("BFloat16Storage", _dtype.bfloat16), ("LongStorage", _dtype.int64), ("IntStorage", _dtype.int32),
        ("ShortStorage", _dtype.int16), ("CharStorage", _dtype.int8), ("ByteStorage", _dtype.uint8),
        ("BoolStorage", _dtype.bool_),
    )
}
# The class for each type.
BY_TYPE = {kind.dtype: kind for kind in KINDS.values()}
