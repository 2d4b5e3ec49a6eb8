"""Writes `_pytorch_names.py` of the sandbox's `torch`: the public names of the PyTorch that runs this, by module. The
package says of these that they are not available, of others that they do not exist. Run it with real PyTorch:

    python tests/torch/compatibility/record_names.py
"""

import importlib
import inspect
import pathlib
import textwrap
import warnings

MODULES = """torch torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.nn.utils.rnn
    torch.nn.utils.parametrize torch.nn.utils.parametrizations torch.nn.utils.prune torch.nn.attention torch.optim
    torch.optim.lr_scheduler torch.optim.swa_utils torch.autograd torch.autograd.function torch.autograd.functional
    torch.autograd.graph torch.func torch.linalg torch.special torch.fft torch.random torch.amp torch.cuda
    torch.backends torch.compiler torch.distributions torch.distributions.constraints
    torch.distributions.transforms torch.utils.data torch.utils.checkpoint""".split()
CLASSES = ["torch.Tensor", "torch.nn.Module", "torch.optim.Optimizer", "torch.Generator"]
# Types of the compiler, of storage and of the interpreter that are public by accident.
INTERNAL = """AnyType AwaitType BoolType ComplexType DeviceObjType DictType EnumType FloatType FutureType InterfaceType
    IntType ListType NoneType NumberType OptionalType PyObjectType RRefType StringType SymBoolType SymIntType
    TensorType TupleType Type UnionType AliasDb Argument ArgumentSpec Block Code Graph Node Value Use Capsule
    BenchmarkConfig BenchmarkExecutionStats CallStack ClassType CompilationUnit CompleteArgumentSpec ConcreteModuleType
    DeepCopyMemoTable DeserializationStorageContext DispatchKey DispatchKeySet ExcludeDispatchKeyGuard ExecutionPlan
    FunctionSchema GradientType GraphExecutorState IODescriptor InferredType JITException LiteScriptModule
    LockingLogger NoopLogger OperatorInfo PyTorchFileReader PyTorchFileWriter ScriptClass ScriptClassFunction
    ScriptDict ScriptDictIterator ScriptDictKeyIterator ScriptFunction ScriptList ScriptListIterator ScriptMethod
    ScriptModule ScriptModuleSerializer ScriptObject ScriptObjectProperty SerializationStorageContext
    StaticModule StorageBase ThroughputBenchmark TracingState WaitTensor""".split()


def is_public(module, name, value):
    if name.startswith("_") or name in INTERNAL or name.endswith("Storage"):
        return False
    if inspect.ismodule(value):
        return False
    home = getattr(value, "__module__", None) or ""
    return not callable(value) or home.startswith("torch") or not home or home == "builtins"


def main():
    warnings.simplefilter("ignore")
    import torch

    lines = [
        '"""Public names of PyTorch, by module: what the compatibility page goes through. Written by',
        'tests/torch/compatibility/record_names.py."""',
        "",
        f"VERSION = {torch.__version__.split('+')[0]!r}",
        "NAMES = {",
    ]
    for path in MODULES:
        module = importlib.import_module(path)
        names = sorted(n for n in dir(module) if is_public(path, n, getattr(module, n)) and hasattr(module, n))
        if path == "torch.nn":
            names = [n for n in names if inspect.isclass(getattr(module, n))]
        lines += [f"    {path!r}: '''", *textwrap.wrap(" ".join(names), 116, break_long_words=False), "    ''',"]
    for path in CLASSES:
        owner = torch
        for part in path.split(".")[1:]:
            owner = getattr(owner, part)
        names = sorted(n for n in dir(owner) if not n.startswith("_") or n.startswith("__") and n in SPECIAL)
        lines += [f"    {path!r}: '''", *textwrap.wrap(" ".join(names), 116, break_long_words=False), "    ''',"]
    lines += ["}", ""]
    root = pathlib.Path(__file__).parents[3]
    root.joinpath("plugins/executors/python/torch/_pytorch_names.py").write_text("\n".join(lines))


SPECIAL = """__add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__
    __itruediv__ __floordiv__ __rfloordiv__ __ifloordiv__ __mod__ __rmod__ __imod__ __pow__ __rpow__ __ipow__
    __matmul__ __rmatmul__ __and__ __rand__ __iand__ __or__ __ror__ __ior__ __xor__ __rxor__ __ixor__ __lshift__
    __rshift__ __invert__ __neg__ __pos__ __abs__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __getitem__ __setitem__
    __len__ __iter__ __contains__ __bool__ __float__ __int__ __index__ __format__ __repr__ __deepcopy__ __array__
    __reversed__ __dir__ __hash__ __complex__""".split()

if __name__ == "__main__":
    main()
