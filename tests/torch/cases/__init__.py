"""The cases, a family in each file: `OPERATORS` is a list of `trial.operator.Operator`."""
