"""`DataLoader`. There is one process: what workers would load is loaded when it is asked for, with their numbers."""

import itertools
import math
import warnings

from ._seeds import WorkerStreams, drawn_seed
from ._utils.collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler

# The worker whose sample is being loaded.
_current_worker = None


class WorkerInfo:
    """Which worker loads, of how many, with which seed, from which data set."""

    def __init__(self, id, num_workers, seed, dataset):
        self.id, self.num_workers, self.seed, self.dataset = id, num_workers, seed, dataset

    def __repr__(self):
        return f"WorkerInfo(id={self.id}, num_workers={self.num_workers}, seed={self.seed}, dataset={self.dataset})"


def get_worker_info():
    """The worker that this is called in, or None."""
    return _current_worker


def _check(dataset, batch_size, shuffle, sampler, batch_sampler, num_workers, drop_last, timeout, prefetch_factor,
           persistent_workers):
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")
    if isinstance(dataset, IterableDataset):
        for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(
                    f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError(
                "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    elif batch_size is None and drop_last:
        raise ValueError(
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


class _Forever:
    """The sampler of data that has no indices."""

    def __iter__(self):
        return itertools.repeat(None)


class DataLoader:
    """Batches of a data set."""

    _FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")
    _ready = False

    def __class_getitem__(cls, item):
        return cls

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
                 collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None,
                 multiprocessing_context=None, generator=None, *, prefetch_factor=None, persistent_workers=False,
                 pin_memory_device="", in_order=True):
        _check(dataset, batch_size, shuffle, sampler, batch_sampler, num_workers, drop_last, timeout, prefetch_factor,
               persistent_workers)
        self.dataset, self.num_workers = dataset, num_workers
        self.prefetch_factor = 2 if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.timeout, self.worker_init_fn = timeout, worker_init_fn
        self.multiprocessing_context, self.in_order = multiprocessing_context, in_order
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None:
            if isinstance(dataset, IterableDataset):
                sampler = _Forever()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size, self.drop_last = batch_size, drop_last
        self.sampler, self.batch_sampler, self.generator = sampler, batch_sampler, generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn, self.persistent_workers = collate_fn, persistent_workers
        self._IterableDataset_len_called = None
        self._ready = True

    def __setattr__(self, name, value):
        if self._ready and name in self._FIXED:
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __iter__(self):
        return _Batches(self) if self.num_workers == 0 else _BatchesOfWorkers(self)

    def __len__(self):
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)
        length = self._IterableDataset_len_called = len(self.dataset)
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else math.ceil(length / self.batch_size)


def _by_index(loader):
    """The function from what the sampler gives to a batch."""
    dataset, collate = loader.dataset, loader.collate_fn
    if not loader._auto_collation:
        return lambda index: collate(dataset[index])
    if getattr(dataset, "__getitems__", None):
        return lambda indices: collate(dataset.__getitems__(indices))
    return lambda indices: collate([dataset[index] for index in indices])


def _in_turn(loader):
    """The same for data without indices; `StopIteration` at its end."""
    samples, collate = iter(loader.dataset), loader.collate_fn
    if not loader._auto_collation:
        return lambda _: collate(next(samples))

    def batch(places):
        data = list(itertools.islice(samples, len(places)))
        if not data or (loader.drop_last and len(data) < len(places)):
            raise StopIteration
        return collate(data)

    return batch


class _Batches:
    """One pass over the data."""

    def __init__(self, loader):
        if loader.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
                "used.", stacklevel=3)
        self._loader = loader
        self._sampler_iter = iter(loader._index_sampler)
        # Drawn whether it is used or not, as in PyTorch: what comes after it is the same there and here.
        self._base_seed = drawn_seed(loader.generator)
        self._expected = loader._IterableDataset_len_called
        self._yielded = 0
        self._begin()

    def _fetcher(self):
        return (_in_turn if isinstance(self._loader.dataset, IterableDataset) else _by_index)(self._loader)

    def _begin(self):
        self._fetch = self._fetcher()

    def _next(self):
        return self._fetch(next(self._sampler_iter))

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._loader._index_sampler)

    def __next__(self):
        batch = self._next()
        self._yielded += 1
        if self._expected is not None and self._yielded > self._expected:
            warnings.warn(
                f"Length of IterableDataset {self._loader.dataset} was reported to be {self._expected}(when accessing "
                f"len(dataloader)), but {self._yielded} samples have been fetched. ", stacklevel=2)
        return batch


class _Worker:
    """What a worker process would do: its random numbers and its place in iterable data."""

    def __init__(self, batches, number):
        loader, self._batches = batches._loader, batches
        seed = batches._base_seed + number
        self.info = WorkerInfo(number, loader.num_workers, seed, loader.dataset)
        self._streams, self._fetch = WorkerStreams(seed), None
        self.ended = False

    def _call(self, function, *arguments):
        global _current_worker
        before, _current_worker = _current_worker, self.info
        try:
            with self._streams.in_place():
                return function(*arguments)
        finally:
            _current_worker = before

    def _start(self):
        initialize = self._batches._loader.worker_init_fn
        if initialize is not None:
            initialize(self.info.id)
        self._fetch = self._batches._fetcher()

    def fetch(self, index):
        """The batch at `index`; sets `ended` where there is none."""
        if self._fetch is None:
            self._call(self._start)
        try:
            return self._call(self._fetch, index)
        except StopIteration:
            self.ended = True
            return None


class _BatchesOfWorkers(_Batches):
    """The batches in the order in which workers would give them: in turn."""

    def _begin(self):
        self._workers = [_Worker(self, number) for number in range(self._loader.num_workers)]
        self._turn = 0

    def _next(self):
        while any(not worker.ended for worker in self._workers):
            worker = self._workers[self._turn % len(self._workers)]
            self._turn += 1
            if worker.ended:
                continue
            batch = worker.fetch(next(self._sampler_iter))
            if not worker.ended:
                return batch
        raise StopIteration
