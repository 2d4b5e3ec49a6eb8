use super::rows::logsumexp;
use super::transcendental::exp;

vectorized! {
    /// Σ of -log softmax at each row's class, over rows that have one.
    pub(crate) fn sum_of_losses [] (logits: &[f32], n: usize, targets: &[Option<usize>]) -> f64 {
        let mut sum = 0.0;
        for (row, target) in logits.chunks_exact(n).zip(targets) {
            if let Some(class) = *target {
                sum += f64::from(logsumexp(row) - row[class]);
            }
        }
        sum
    }
}

vectorized! {
    /// `scale · (softmax - one-hot)` of each row; 0 for rows without a class.
    pub(crate) fn backward [] (logits: &[f32], n: usize, targets: &[Option<usize>], scale: f32) -> Vec<f32> {
        let mut out = vec![0.0; logits.len()];
        for ((out, row), target) in out.chunks_exact_mut(n).zip(logits.chunks_exact(n)).zip(targets) {
            if let Some(class) = *target {
                let lse = logsumexp(row);
                for (out, &x) in out.iter_mut().zip(row) {
                    *out = scale * exp(x - lse);
                }
                out[class] -= scale;
            }
        }
        out
    }
}
