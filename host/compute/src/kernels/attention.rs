//! Scaled dot-product attention of one head, in blocks of queries: scores are never kept, backward computes them
//! again.

use super::float::Float;
use super::matrix::{Place, multiply};
use super::rows::softmax_in_place;

/// The most scores that one block holds, unless a single query has more keys.
const BLOCK: usize = 1 << 16;

/// The extents and settings of one head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) queries: usize,
    pub(crate) keys: usize,
    /// Width of queries and keys.
    pub(crate) width: usize,
    /// Width of values.
    pub(crate) value_width: usize,
    pub(crate) scale: f64,
    pub(crate) causal: bool,
}

/// A matrix of one head inside a slice.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a, F> {
    pub(crate) data: &'a [F],
    pub(crate) at: Place,
}

impl Head {
    fn rows(&self) -> usize {
        (BLOCK / self.keys.max(1)).clamp(1, self.queries.max(1))
    }

    /// Scores of one block.
    pub(crate) fn block(&self) -> usize {
        self.rows() * self.keys
    }

    /// Keys that any of the queries before `end` sees.
    fn seen(&self, end: usize) -> usize {
        if self.causal { end.min(self.keys) } else { self.keys }
    }

    /// The probabilities of queries `from..to` into `p`, in rows of `n` keys.
    fn probabilities<F: Float>(
        &self,
        p: &mut [F],
        n: usize,
        from: usize,
        to: usize,
        q: Part<'_, F>,
        k: Part<'_, F>,
    ) {
        let q_at = below(q.at, from);
        let shape = (to - from, self.width, n);
        multiply(
            shape,
            p,
            Place::rows(0, n),
            q.data,
            q_at,
            k.data,
            k.at.transposed(),
            (F::of(self.scale), false),
        );
        for (i, row) in p.chunks_exact_mut(n.max(1)).take(to - from).enumerate() {
            softmax_in_place(row, self.seen(from + i + 1).min(n));
        }
    }

    /// The attention of all queries into `out` at `out_at`.
    pub(crate) fn forward<F: Float>(
        &self,
        scratch: &mut [F],
        out: &mut [F],
        out_at: Place,
        q: Part<'_, F>,
        k: Part<'_, F>,
        v: Part<'_, F>,
    ) {
        let mut from = 0;
        while from < self.queries {
            let to = (from + self.rows()).min(self.queries);
            let n = self.seen(to);
            self.probabilities(scratch, n, from, to, q, k);
            let shape = (to - from, n, self.value_width);
            multiply(
                shape,
                out,
                below(out_at, from),
                scratch,
                Place::rows(0, n),
                v.data,
                v.at,
                (F::ONE, false),
            );
            from = to;
        }
    }

    /// The gradients of queries, keys and values, from that of the result. Their places hold zeros at first.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn backward<F: Float>(
        &self,
        p: &mut [F],
        s: &mut [F],
        g: Part<'_, F>,
        (q, k, v): (Part<'_, F>, Part<'_, F>, Part<'_, F>),
        (dq, dq_at): (&mut [F], Place),
        (dk, dk_at): (&mut [F], Place),
        (dv, dv_at): (&mut [F], Place),
    ) {
        let mut from = 0;
        while from < self.queries {
            let to = (from + self.rows()).min(self.queries);
            let n = self.seen(to);
            let (m, rows) = (to - from, Place::rows(0, n));
            let (g_at, q_at) = (below(g.at, from), below(q.at, from));
            self.probabilities(p, n, from, to, q, k);
            // dV += Pᵀ G; dP = G Vᵀ; dS = P (dP - Σ P dP); dQ = dS K; dK += dSᵀ Q
            multiply(
                (n, m, self.value_width),
                dv,
                dv_at,
                p,
                rows.transposed(),
                g.data,
                g_at,
                (F::ONE, from > 0),
            );
            multiply(
                (m, self.value_width, n),
                s,
                rows,
                g.data,
                g_at,
                v.data,
                v.at.transposed(),
                (F::ONE, false),
            );
            softmax_chain(&mut s[..m * n], &p[..m * n], n.max(1));
            multiply(
                (m, n, self.width),
                dq,
                below(dq_at, from),
                s,
                rows,
                k.data,
                k.at,
                (F::of(self.scale), false),
            );
            multiply(
                (n, m, self.width),
                dk,
                dk_at,
                s,
                rows.transposed(),
                q.data,
                q_at,
                (F::of(self.scale), from > 0),
            );
            from = to;
        }
    }
}

/// The matrix from row `row` on.
fn below(at: Place, row: usize) -> Place {
    Place { offset: at.offset + row * at.row, ..at }
}

vectorized! {
    /// In `s`, which holds the gradient of the probabilities `p`: `p (s - Σ p s)` for each row of `n`.
    fn softmax_chain [F: Float] (s: &mut [F], p: &[F], n: usize) {
        for (s, p) in s.chunks_exact_mut(n).zip(p.chunks_exact(n)) {
            let dot = super::rows::dot_by(s, p, |s, p| s * p);
            for (s, &p) in s.iter_mut().zip(p) {
                *s = p * (*s - dot);
            }
        }
    }
}
