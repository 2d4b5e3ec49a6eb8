//! Layers as compositions of plain operations: how their gradients are differentiated again.

use crate::dtype::Dtype;
use crate::error::Result;
use crate::ops::{BinaryOp, ReduceOp, UnaryOp};
use crate::session::Session;
use crate::shape::Shape;
use crate::tensor::Tensor;

impl Session {
    /// The gradient of softmax over the last dimension, or of its logarithm, from its result `y`.
    pub(crate) fn compose_softmax_backward(
        &mut self,
        y: &Tensor,
        grad: &Tensor,
        log: bool,
    ) -> Result<Tensor> {
        if y.meta().shape.rank() == 0 {
            return self.full(grad.dtype(), &[], 0.0);
        }
        if log {
            // g - softmax Σ g
            let share = self.unary(UnaryOp::Exp, y)?;
            let sum = self.reduce(ReduceOp::Sum, grad, &[-1], true)?;
            let down = self.binary(BinaryOp::Mul, &share, &sum)?;
            return self.binary(BinaryOp::Sub, grad, &down);
        }
        // y (g - Σ g y)
        let weighted = self.binary(BinaryOp::Mul, grad, y)?;
        let sum = self.reduce(ReduceOp::Sum, &weighted, &[-1], true)?;
        let off = self.binary(BinaryOp::Sub, grad, &sum)?;
        self.binary(BinaryOp::Mul, y, &off)
    }

    /// `x` over its deviation from its mean, or from 0, along the last dimension, times `weight`.
    pub(crate) fn compose_norm(
        &mut self,
        x: &Tensor,
        weight: Option<&Tensor>,
        centred: bool,
        eps: f64,
    ) -> Result<Tensor> {
        let off = if centred {
            let mean = self.reduce(ReduceOp::Mean, x, &[-1], true)?;
            self.binary(BinaryOp::Sub, x, &mean)?
        } else {
            x.clone()
        };
        let squares = self.unary(UnaryOp::Square, &off)?;
        let variance = self.reduce(ReduceOp::Mean, &squares, &[-1], true)?;
        let variance = self.binary_scalar(BinaryOp::Add, &variance, eps)?;
        let scale = self.unary(UnaryOp::Rsqrt, &variance)?;
        let hat = self.binary(BinaryOp::Mul, &off, &scale)?;
        match weight {
            Some(weight) => self.binary(BinaryOp::Mul, &hat, weight),
            None => Ok(hat),
        }
    }

    /// The mean of -log softmax at `targets`, rows with target `ignore` left out; targets are known to be classes.
    pub(crate) fn compose_cross_entropy(
        &mut self,
        logits: &Tensor,
        targets: &Tensor,
        ignore: Option<i64>,
    ) -> Result<Tensor> {
        let rows = targets.meta().shape.elements();
        let log = self.softmax(logits, 1, true)?;
        let (places, counted) = match ignore {
            Some(ignore) => {
                // Ignored rows take any class, and then count nothing.
                let counted = self.binary_scalar(BinaryOp::Ne, targets, ignore as f64)?;
                let any = self.full(Dtype::I64, &[], 0.0)?;
                (self.select(&counted, targets, &any)?, Some(counted))
            }
            None => (targets.clone(), None),
        };
        let places = self.reshape_to(&places, Shape::of(&[rows, 1])?)?;
        let picked = self.gather(&log, &places, 1)?;
        let picked = self.reshape_to(&picked, Shape::of(&[rows])?)?;
        let Some(counted) = counted else {
            let mean = self.reduce(ReduceOp::Mean, &picked, &[], false)?;
            return self.unary(UnaryOp::Neg, &mean);
        };
        let zero = self.full(picked.dtype(), &[], 0.0)?;
        let picked = self.select(&counted, &picked, &zero)?;
        let sum = self.reduce(ReduceOp::Sum, &picked, &[], false)?;
        let count = self.reduce(ReduceOp::Sum, &counted, &[], false)?;
        let count = self.cast(&count, sum.dtype())?;
        let mean = self.binary(BinaryOp::Div, &sum, &count)?;
        self.unary(UnaryOp::Neg, &mean)
    }

    /// softmax(scale q kᵀ) v; with `causal`, query i sees keys up to i.
    pub(crate) fn compose_attention(
        &mut self,
        [q, k, v]: [&Tensor; 3],
        causal: bool,
        scale: f64,
    ) -> Result<Tensor> {
        let turned = self.transpose(k, 2, 3)?;
        let scores = self.matmul(q, &turned)?;
        let mut scores = self.binary_scalar(BinaryOp::Mul, &scores, scale)?;
        if causal {
            let (queries, keys) = (q.meta().shape.dims()[2], k.meta().shape.dims()[2]);
            let rows = self.arange(Dtype::I64, 0.0, queries as f64, 1.0)?;
            let rows = self.reshape_to(&rows, Shape::of(&[queries, 1])?)?;
            let columns = self.arange(Dtype::I64, 0.0, keys as f64, 1.0)?;
            let seen = self.binary(BinaryOp::Ge, &rows, &columns)?;
            let never = self.full(scores.dtype(), &[], f64::NEG_INFINITY)?;
            scores = self.select(&seen, &scores, &never)?;
        }
        let weights = self.softmax(&scores, -1, false)?;
        self.matmul(&weights, v)
    }
}
