use std::borrow::Cow;

use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::{Code, Error, Result};
use crate::kernels::dense::{Failure, Pulse};
use crate::quota::MemoryCharge;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::value::{Element, Value};

/// What is done to each matrix of a batch.
pub(super) struct Job<'a> {
    /// As PyTorch's messages begin.
    pub(super) name: &'static str,
    /// Leading dimensions of all inputs and outputs.
    pub(super) batch: Shape,
    pub(super) inputs: &'a [Value],
    pub(super) outputs: &'a [Meta],
    /// Of one matrix.
    pub(super) flops: f64,
    /// Numbers that one matrix takes beside its inputs and outputs.
    pub(super) scratch: usize,
}

/// Elements of an input, row-major, in their own type.
enum Numbers<'a> {
    F32(Cow<'a, [f32]>),
    F64(Cow<'a, [f64]>),
}

impl Numbers<'_> {
    fn of(value: &Value) -> Result<Numbers<'_>> {
        Ok(match value.dtype() {
            Dtype::F64 => Numbers::F64(value.elements::<f64>()?),
            _ => Numbers::F32(value.elements::<f32>()?),
        })
    }

    /// Matrix `i` of those with `to.len()` elements.
    fn read(&self, i: usize, to: &mut [f64]) {
        let from = i * to.len();
        match self {
            Numbers::F32(x) => {
                to.iter_mut().zip(&x[from..]).for_each(|(to, &x)| *to = f64::from(x));
            }
            Numbers::F64(x) => to.copy_from_slice(&x[from..from + to.len()]),
        }
    }
}

/// Elements of an output, as far as they are known.
enum Results {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
}

impl Results {
    fn room(meta: &Meta) -> Results {
        match meta.dtype {
            Dtype::I64 => Results::I64(Vec::with_capacity(meta.elements())),
            Dtype::F64 => Results::F64(Vec::with_capacity(meta.elements())),
            _ => Results::F32(Vec::with_capacity(meta.elements())),
        }
    }

    fn extend(&mut self, numbers: &[f64]) {
        match self {
            Results::F32(x) => x.extend(numbers.iter().map(|&x| x as f32)),
            Results::F64(x) => x.extend_from_slice(numbers),
            Results::I64(x) => x.extend(numbers.iter().map(|&x| x as i64)),
        }
    }

    fn store(self) -> Storage {
        match self {
            Results::F32(x) => f32::wrap(x),
            Results::F64(x) => f64::wrap(x),
            Results::I64(x) => i64::wrap(x),
        }
    }
}

impl Job<'_> {
    /// Elements of one matrix of `shape`.
    fn part(&self, shape: &Shape) -> usize {
        shape.dims()[self.batch.rank()..].iter().product()
    }

    fn cost(&self) -> Cost {
        let bytes: u64 =
            self.inputs.iter().map(|x| x.meta().bytes()).chain(self.outputs.iter().map(Meta::bytes)).sum();
        let mut cost = Cost::of(self.flops * self.batch.elements() as f64, bytes as f64);
        let shapes = self.inputs.iter().map(Value::shape).chain(self.outputs.iter().map(|meta| &meta.shape));
        // One matrix of each in f64, and a copy of inputs that do not lie row by row.
        let parts = shapes.map(|shape| self.part(shape)).fold(self.scratch, usize::saturating_add);
        let copies = self.inputs.iter().filter(|x| !x.layout().is_contiguous()).map(|x| x.meta().bytes());
        cost.workspace = (parts as u64).saturating_mul(8).saturating_add(copies.sum());
        cost
    }

    /// A failure in PyTorch's words.
    fn explain(&self, i: usize, failure: Failure) -> Error {
        let why = match failure {
            Failure::Cancelled => return Error::new(Code::Cancelled, "cancelled from outside"),
            Failure::NotFinite => {
                "The algorithm failed to converge because the input matrix contained non-finite values."
                    .into()
            }
            Failure::NotConverged(n) => format!(
                "The algorithm failed to converge because the input matrix is ill-conditioned or has too many \
                 repeated singular values or eigenvalues (error code: {n})."
            ),
            Failure::Singular => "The solver failed because the input matrix is singular.".into(),
            Failure::NotPositive(order) => format!(
                "The factorization could not be completed because the input is not positive-definite (the leading \
                 minor of order {order} is not positive-definite)."
            ),
        };
        let which = if self.batch.rank() > 0 { format!("(Batch element {i}): ") } else { String::new() };
        Error::argument(format!("{}: {which}{why}", self.name))
    }
}

impl Session {
    /// Runs `kernel` on each matrix: from the inputs' elements to those of the outputs, all row-major.
    pub(super) fn each_matrix(
        &mut self,
        job: &Job<'_>,
        kernel: impl Fn(&mut [Vec<f64>], &mut [Vec<f64>], Pulse<'_>) -> std::result::Result<(), Failure>,
    ) -> Result<Vec<Tensor>> {
        self.check_cancelled()?;
        let paid = self.pay_for(job);
        let (charges, workspace) = self.note(paid)?;
        let numbers = job.inputs.iter().map(Numbers::of).collect::<Result<Vec<_>>>()?;
        let mut inputs: Vec<Vec<f64>> = job.inputs.iter().map(|x| vec![0.0; job.part(x.shape())]).collect();
        let mut outputs: Vec<Vec<f64>> = vec![Vec::new(); job.outputs.len()];
        let mut results: Vec<Results> = job.outputs.iter().map(Results::room).collect();
        for i in 0..job.batch.elements() {
            self.check_cancelled()?;
            for (to, from) in inputs.iter_mut().zip(&numbers) {
                from.read(i, to);
            }
            kernel(&mut inputs, &mut outputs, &|| self.check_cancelled().is_ok())
                .map_err(|failure| job.explain(i, failure))?;
            for (to, from) in results.iter_mut().zip(&outputs) {
                to.extend(from);
            }
        }
        drop(workspace);
        let stored = results.into_iter().zip(job.outputs).zip(charges);
        stored.map(|((result, meta), charge)| self.admit(result.store(), meta, charge)).collect()
    }

    fn pay_for(&mut self, job: &Job<'_>) -> Result<(Vec<MemoryCharge>, MemoryCharge)> {
        // Matrices without elements take no memory: it is their number that is bounded.
        self.check_elements(job.name, job.batch.elements())?;
        for meta in job.inputs.iter().map(Value::meta).chain(job.outputs.iter().copied()) {
            self.check_elements(job.name, meta.elements())?;
        }
        let cost = job.cost();
        self.spend(job.name, &cost)?;
        let charges = job.outputs.iter().map(|meta| self.charge(meta.bytes())).collect::<Result<Vec<_>>>()?;
        Ok((charges, self.charge(cost.workspace)?))
    }
}

/// The only tensor of a list, the first two, the first three.
pub(super) fn take<const N: usize>(tensors: Vec<Tensor>) -> Result<[Tensor; N]> {
    tensors.try_into().map_err(|_| Error::argument("a decomposition has another number of results"))
}
