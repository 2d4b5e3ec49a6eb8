use super::float::Float;

/// What one AdamW update multiplies with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors<F> {
    pub(crate) beta1: F,
    pub(crate) beta2: F,
    /// 1 - β₁ and 1 - β₂, which the rounded β would give only to a few digits.
    pub(crate) rest1: F,
    pub(crate) rest2: F,
    pub(crate) eps: F,
    /// 1 - lr · decay
    pub(crate) keep: F,
    /// lr / (1 - β₁ᵗ)
    pub(crate) rate: F,
    /// 1 / √(1 - β₂ᵗ)
    pub(crate) correction: F,
}

vectorized! {
    /// One AdamW update in place: parameters, gradients, first and second moments.
    pub(crate) fn adamw [F: Float] (p: &mut [F], g: &[F], m: &mut [F], v: &mut [F], f: Factors<F>) {
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
            *m = f.beta1 * *m + f.rest1 * g;
            *v = f.beta2 * *v + f.rest2 * g * g;
            *p = *p * f.keep - f.rate * *m / (v.sqrt() * f.correction + f.eps);
        }
    }
}
