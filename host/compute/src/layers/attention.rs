use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::attention::{Head, Part};
use crate::kernels::float::Float;
use crate::kernels::matrix::Place;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, not_recorded, same_dtype};
use crate::ops::Stack;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Scaled dot-product attention on (batch, heads, time, width).
#[derive(Clone, Copy)]
struct Attention {
    causal: bool,
    scale: f64,
}

/// A tensor of shape (batch, heads, time, width) whose elements are stored as (batch, time, heads, width): what a
/// program does with it next, joining the heads, then moves nothing.
#[derive(Clone, Copy)]
struct Interleaved {
    shape: Shape,
    offset: usize,
}

impl Interleaved {
    fn layout(&self) -> Result<Layout> {
        let dims = self.shape.dims();
        let stored = Shape::of(&[dims[0], dims[2], dims[1], dims[3]])?;
        Ok(Layout { offset: self.offset, ..Layout::contiguous(stored).permute(&[0, 2, 1, 3], self.shape) })
    }
}

/// The matrix of one head.
fn place(layout: &Layout, offset: usize, batch: usize, head: usize) -> Place {
    let s = &layout.strides;
    Place { offset: offset + batch * s[0] + head * s[1], row: s[2], column: s[3] }
}

impl Attention {
    fn head(&self, q: &Shape, k: &Shape, v: &Shape) -> Head {
        Head {
            queries: q.dims()[2],
            keys: k.dims()[2],
            width: q.dims()[3],
            value_width: v.dims()[3],
            scale: self.scale,
            causal: self.causal,
        }
    }

    fn flops(q: &Shape, k: &Shape, v: &Shape) -> f64 {
        let pairs = (q.elements() / q.last().max(1)) as f64 * k.dims()[2] as f64;
        pairs * (2.0 * q.last() as f64 + 2.0 * v.last() as f64 + 5.0)
    }
}

impl Operation for Attention {
    fn name(&self) -> &'static str {
        "scaled_dot_product_attention"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        same_dtype(self.name(), inputs)?;
        needs_float(self.name(), &inputs[0])?;
        let (q, k, v) = (&inputs[0].shape, &inputs[1].shape, &inputs[2].shape);
        if inputs.iter().any(|input| input.shape.rank() != 4) {
            return Err(Error::shape(format!(
                "{}: expected query, key and value of shape (batch, heads, time, width), got {q}, {k} and {v}",
                self.name()
            )));
        }
        let (qd, kd, vd) = (q.dims(), k.dims(), v.dims());
        if qd[..2] != kd[..2] || kd[..3] != vd[..3] || qd[3] != kd[3] {
            return Err(Error::shape(format!(
                "{}: query {q}, key {k} and value {v} do not fit together",
                self.name()
            )));
        }
        Ok(Meta::new(inputs[0].dtype, q.with(3, vd[3])?))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let bytes = inputs.iter().map(Meta::bytes).sum::<u64>() + output.bytes();
        let (q, k, v) = (&inputs[0].shape, &inputs[1].shape, &inputs[2].shape);
        let mut cost = Cost::of(Attention::flops(q, k, v), bytes as f64);
        cost.workspace = output.dtype.widened_size() as u64 * self.head(q, k, v).block() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => self.run::<F>(inputs, output))
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, q, k, v) = (step.grad.clone(), step.input(0)?, step.input(1)?, step.input(2)?);
        if step.recorded() {
            return step.session.differentiate(&[q, k, v], &grad, |session, inputs| {
                session.compose_attention([&inputs[0], &inputs[1], &inputs[2]], self.causal, self.scale)
            });
        }
        let packed = step.session.apply(AttentionBackward(*self), &[&q, &k, &v, &grad])?.value();
        let mut offset = 0;
        let mut contributions = Vec::with_capacity(3);
        for i in 0..3 {
            let shape = step.shape(i);
            let view = packed.view(Interleaved { shape, offset }.layout()?);
            contributions.push(step.session.wrap(view)?.into());
            offset += shape.elements();
        }
        Ok(contributions)
    }
}

impl Attention {
    fn run<F: Float + Number>(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let (q, k, v) = (Stack::<F>::of(inputs[0])?, Stack::<F>::of(inputs[1])?, Stack::<F>::of(inputs[2])?);
        let head = self.head(inputs[0].shape(), inputs[1].shape(), inputs[2].shape());
        let layout = Interleaved { shape: output.shape, offset: 0 }.layout()?;
        let mut scratch = vec![F::ZERO; head.block()];
        let mut out = vec![F::ZERO; output.elements()];
        for b in 0..output.shape.dims()[0] {
            for h in 0..output.shape.dims()[1] {
                let part = |x: &'_ Stack<'_, F>| place(&x.layout, 0, b, h);
                head.forward(
                    &mut scratch,
                    &mut out,
                    place(&layout, 0, b, h),
                    Part { data: &q.data, at: part(&q) },
                    Part { data: &k.data, at: part(&k) },
                    Part { data: &v.data, at: part(&v) },
                );
            }
        }
        let produced = Produced::numbers(out, output);
        Ok(Produced { layout, ..produced })
    }
}

/// The gradients of queries, keys and values one after another in one buffer, each [`Interleaved`].
struct AttentionBackward(Attention);

impl Operation for AttentionBackward {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let elements = inputs[..3].iter().map(Meta::elements).sum();
        Ok(Meta::new(inputs[0].dtype, Shape::of(&[elements])?))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let bytes = inputs.iter().map(Meta::bytes).sum::<u64>() + output.bytes();
        let (q, k, v) = (&inputs[0].shape, &inputs[1].shape, &inputs[2].shape);
        // Scores again, then four products of their size.
        let mut cost = Cost::of(2.5 * Attention::flops(q, k, v), bytes as f64);
        cost.workspace = 2 * output.dtype.widened_size() as u64 * self.0.head(q, k, v).block() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => self.run::<F>(inputs, output))
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl AttentionBackward {
    fn run<F: Float + Number>(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let (q, k, v) = (Stack::<F>::of(inputs[0])?, Stack::<F>::of(inputs[1])?, Stack::<F>::of(inputs[2])?);
        let g = Stack::<F>::of(inputs[3])?;
        let shapes = [*inputs[0].shape(), *inputs[1].shape(), *inputs[2].shape()];
        let head = self.0.head(&shapes[0], &shapes[1], &shapes[2]);
        let mut packed = vec![F::ZERO; output.elements()];
        let (dq, rest) = packed.split_at_mut(shapes[0].elements());
        let (dk, dv) = rest.split_at_mut(shapes[1].elements());
        let [q_layout, k_layout, v_layout] = shapes.map(|shape| Interleaved { shape, offset: 0 }.layout());
        let (q_layout, k_layout, v_layout) = (q_layout?, k_layout?, v_layout?);
        let (mut p, mut s) = (vec![F::ZERO; head.block()], vec![F::ZERO; head.block()]);
        for b in 0..shapes[0].dims()[0] {
            for h in 0..shapes[0].dims()[1] {
                let part = |x: &'_ Stack<'_, F>| place(&x.layout, 0, b, h);
                head.backward(
                    &mut p,
                    &mut s,
                    Part { data: &g.data, at: part(&g) },
                    (
                        Part { data: &q.data, at: part(&q) },
                        Part { data: &k.data, at: part(&k) },
                        Part { data: &v.data, at: part(&v) },
                    ),
                    (&mut *dq, place(&q_layout, 0, b, h)),
                    (&mut *dk, place(&k_layout, 0, b, h)),
                    (&mut *dv, place(&v_layout, 0, b, h)),
                );
            }
        }
        Ok(Produced::numbers(packed, output))
    }
}

impl Session {
    /// Scaled dot-product attention of `q` (batch, heads, time, width) on `k` and `v`. `scale` defaults to 1/√width.
    /// With `causal`, query i sees keys up to i.
    ///
    /// # Errors
    /// `shape` and `dtype` where they do not fit together.
    pub fn attention(
        &mut self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        causal: bool,
        scale: Option<f64>,
    ) -> Result<Tensor> {
        let scale = scale.unwrap_or_else(|| 1.0 / (q.meta().shape.last() as f64).sqrt());
        self.apply(Attention { causal, scale }, &[q, k, v])
    }
}
