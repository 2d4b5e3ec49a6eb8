/// What one AdamW update multiplies with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors {
    pub(crate) beta1: f32,
    pub(crate) beta2: f32,
    /// 1 - β₁ and 1 - β₂, which the rounded β would give only to a few digits.
    pub(crate) rest1: f32,
    pub(crate) rest2: f32,
    pub(crate) eps: f32,
    /// 1 - lr · decay
    pub(crate) keep: f32,
    /// lr / (1 - β₁ᵗ)
    pub(crate) rate: f32,
    /// 1 / √(1 - β₂ᵗ)
    pub(crate) correction: f32,
}

vectorized! {
    /// One AdamW update in place: parameters, gradients, first and second moments.
    pub(crate) fn adamw [] (p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], f: Factors) {
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
            *m = f.beta1 * *m + f.rest1 * g;
            *v = f.beta2 * *v + f.rest2 * g * g;
            *p = *p * f.keep - f.rate * *m / (v.sqrt() * f.correction + f.eps);
        }
    }
}
