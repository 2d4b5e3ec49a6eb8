"""Parts of PyTorch that speak of other devices, processes, compilers and networks."""

import contextlib
import sys
import types

from . import _compiling, compiler
from ._settings import Settings, Unavailable


def _nothing(*arguments, **options):
    """Accepted."""


def _no(*arguments, **options):
    return False


def _zero(*arguments, **options):
    return 0


def _devices(name):
    return Unavailable(
        f"torch.{name}", "a sandbox has one device, which is called 'cpu'", is_available=_no, device_count=_zero,
        synchronize=_nothing, empty_cache=_nothing, manual_seed=_nothing, manual_seed_all=_nothing, is_initialized=_no,
        current_allocated_memory=_zero, driver_allocated_memory=_zero, memory_allocated=_zero,
        max_memory_allocated=_zero, is_bf16_supported=_no)


mps = _devices("mps")
xpu = _devices("xpu")
mtia = _devices("mtia")
accelerator = _devices("accelerator")
accelerator.current_accelerator = lambda check_available=False: None
cpu = Unavailable(
    "torch.cpu", "a sandbox has one device, which is called 'cpu'", is_available=lambda: True, device_count=lambda: 1,
    current_device=lambda: "cpu", synchronize=_nothing, set_device=_nothing, is_initialized=lambda: True,
    stream=lambda stream: contextlib.nullcontext(), current_stream=lambda device=None: None)
_PROCESSES = "a sandbox has one process"
multiprocessing = Unavailable("torch.multiprocessing", _PROCESSES, set_start_method=_nothing,
                              set_sharing_strategy=_nothing, get_sharing_strategy=lambda: "file_descriptor",
                              get_all_sharing_strategies=lambda: {"file_descriptor"}, cpu_count=lambda: 1,
                              get_start_method=lambda allow_none=False: None,
                              get_all_start_methods=lambda: [])
hub = Unavailable("torch.hub", "a sandbox has no network; torch.load reads files")
onnx = Unavailable("torch.onnx", "torch.save writes state dicts")
version = types.ModuleType("torch.version")
version.__dict__.update(__version__="2.15.0+proofhouse", cuda=None, hip=None, xpu=None, rocm=None, debug=False,
                        git_version="proofhouse")


def _not_begun(name):
    def function(*arguments, **options):
        raise ValueError("Default process group has not been initialized, please make sure to call init_process_group.")

    function.__name__ = name
    return function


def _no_group(*arguments, **options):
    raise NotImplementedError(
        "torch.distributed.init_process_group is not available: a sandbox has one process; programs run alone")


distributed = Unavailable(
    "torch.distributed", _PROCESSES, is_available=_no, is_initialized=_no, is_nccl_available=_no, is_gloo_available=_no,
    is_mpi_available=_no, is_torchelastic_launched=_no, init_process_group=_no_group,
    ReduceOp=types.SimpleNamespace(SUM="sum", AVG="avg", PRODUCT="product", MIN="min", MAX="max"),
    **{name: _not_begun(name) for name in """get_rank get_world_size barrier all_reduce all_gather broadcast reduce
       scatter gather reduce_scatter all_to_all send recv get_backend destroy_process_group all_gather_into_tensor
       reduce_scatter_tensor all_gather_object broadcast_object_list""".split()})
for _part in ("fsdp", "tensor", "optim", "checkpoint", "algorithms", "nn"):
    setattr(distributed, _part, Unavailable(f"torch.distributed.{_part}", _PROCESSES))
_dynamo = Settings("torch._dynamo", reset=_nothing, disable=compiler.disable, mark_dynamic=_nothing,
                   allow_in_graph=compiler.allow_in_graph, is_compiling=_no, list_backends=compiler.list_backends,
                   graph_break=_nothing, OptimizedModule=_compiling.OptimizedModule,
                   optimize=lambda *arguments, **options: lambda function: function)
_dynamo.config = Settings("torch._dynamo.config", suppress_errors=False, cache_size_limit=8, verbose=False,
                          recompile_limit=8, optimize_ddp=True, capture_scalar_outputs=False,
                          assume_static_by_default=True, automatic_dynamic_shapes=True)
_dynamo.eval_frame = Settings("torch._dynamo.eval_frame", OptimizedModule=_compiling.OptimizedModule)
_inductor = Settings("torch._inductor")
_inductor.config = Settings("torch._inductor.config", triton=types.SimpleNamespace(cudagraphs=False),
                            coordinate_descent_tuning=False, fx_graph_cache=True)
_logging = Settings("torch._logging", set_logs=_nothing)

# What `torch` has of this.
MODULES = {
    "mps": mps, "xpu": xpu, "mtia": mtia, "accelerator": accelerator, "cpu": cpu, "multiprocessing": multiprocessing,
    "hub": hub, "onnx": onnx, "version": version, "distributed": distributed, "_dynamo": _dynamo,
    "_inductor": _inductor, "_logging": _logging,
}
sys.modules["torch.version"] = version
