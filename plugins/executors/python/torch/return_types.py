"""`torch.return_types`."""

from ._return_types import return_type

max = return_type("max", "values indices")
min = return_type("min", "values indices")
sort = return_type("sort", "values indices")
topk = return_type("topk", "values indices")
kthvalue = return_type("kthvalue", "values indices")
median = return_type("median", "values indices")
nanmedian = return_type("nanmedian", "values indices")
mode = return_type("mode", "values indices")
cummax = return_type("cummax", "values indices")
cummin = return_type("cummin", "values indices")
aminmax = return_type("aminmax", "min max")
histogram = return_type("histogram", "hist bin_edges")
frexp = return_type("frexp", "mantissa exponent")
