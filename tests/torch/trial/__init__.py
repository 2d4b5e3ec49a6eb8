"""How a case is made, run and written down; the same in PyTorch and in the sandbox."""
