use super::float::Float;
use super::rows::logsumexp;

vectorized! {
    /// Σ of -log softmax at each row's class, over rows that have one.
    pub(crate) fn sum_of_losses [F: Float] (logits: &[F], n: usize, targets: &[Option<usize>]) -> f64 {
        let mut sum = 0.0;
        for (row, target) in logits.chunks_exact(n).zip(targets) {
            if let Some(class) = *target {
                sum += (logsumexp(row) - row[class]).to_f64();
            }
        }
        sum
    }
}

vectorized! {
    /// `scale · (softmax - one-hot)` of each row; 0 for rows without a class.
    pub(crate) fn backward [F: Float] (logits: &[F], n: usize, targets: &[Option<usize>], scale: F) -> Vec<F> {
        let mut out = vec![F::ZERO; logits.len()];
        for ((out, row), target) in out.chunks_exact_mut(n).zip(logits.chunks_exact(n)).zip(targets) {
            if let Some(class) = *target {
                let lse = logsumexp(row);
                for (out, &x) in out.iter_mut().zip(row) {
                    *out = scale * (x - lse).exp();
                }
                out[class] -= scale;
            }
        }
        out
    }
}
