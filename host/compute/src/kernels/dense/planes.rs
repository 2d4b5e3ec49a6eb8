//! Rotations of two coordinates, with LAPACK's signs.

/// The rotation that takes (f, g) to (r, 0), as `dlartg` since LAPACK 3.10: (c, s, r), with c ≥ 0.
pub(super) fn forward(f: f64, g: f64) -> (f64, f64, f64) {
    if g == 0.0 {
        return (1.0, 0.0, f);
    }
    if f == 0.0 {
        return (0.0, 1f64.copysign(g), g.abs());
    }
    let r = f.hypot(g).copysign(f);
    (f.abs() / r.abs(), g / r, r)
}

/// As [`forward`], as `dlartg` before LAPACK 3.10: r > 0 where g is the larger.
pub(super) fn upward(f: f64, g: f64) -> (f64, f64, f64) {
    if g == 0.0 {
        return (1.0, 0.0, f);
    }
    if f == 0.0 {
        return (0.0, 1.0, g);
    }
    let r = f.hypot(g);
    let r = if f.abs() > g.abs() { r.copysign(f) } else { r };
    (f / r, g / r, r)
}

/// Eigenvalues of [[a, b], [b, c]], the one of larger size first, and the rotation to them (c, s), as `dlaev2`.
pub(super) fn eigenvalues(a: f64, b: f64, c: f64) -> (f64, f64, f64, f64) {
    let (sum, difference) = (a + c, a - c);
    let (large, small) = if a.abs() > c.abs() { (a, c) } else { (c, a) };
    let root = difference.hypot(2.0 * b);
    let (first, second, sign) = if sum == 0.0 {
        (0.5 * root, -0.5 * root, 1.0)
    } else {
        let first = 0.5 * (sum + root.copysign(sum));
        (first, (large / first) * small - (b / first) * b, 1f64.copysign(sum))
    };
    let (cs, other) = if difference >= 0.0 { (difference + root, 1.0) } else { (difference - root, -1.0) };
    let (cosine, sine) = if cs.abs() > (2.0 * b).abs() {
        let t = -2.0 * b / cs;
        let sine = 1.0 / t.hypot(1.0);
        (t * sine, sine)
    } else if b == 0.0 {
        (1.0, 0.0)
    } else {
        let t = -cs / (2.0 * b);
        let cosine = 1.0 / t.hypot(1.0);
        (cosine, t * cosine)
    };
    if sign == other { (first, second, -sine, cosine) } else { (first, second, cosine, sine) }
}

/// The smaller singular value of [[f, g], [0, h]], as `dlas2`.
pub(super) fn least_singular(f: f64, g: f64, h: f64) -> f64 {
    let (f, g, h) = (f.abs(), g.abs(), h.abs());
    let (low, high) = (f.min(h), f.max(h));
    if low == 0.0 {
        return 0.0;
    }
    let (sum, difference) = (1.0 + low / high, (high - low) / high);
    if g < high {
        let u = (g / high) * (g / high);
        return low * (2.0 / ((sum * sum + u).sqrt() + (difference * difference + u).sqrt()));
    }
    let u = high / g;
    if u == 0.0 {
        return low * high / g;
    }
    2.0 * (low / ((sum * u).hypot(1.0) + (difference * u).hypot(1.0))) * u
}

/// What makes [[f, g], [0, h]] diagonal: singular values with signs, and a rotation (c, s) on either side.
pub(super) struct Singular {
    pub(super) large: f64,
    pub(super) small: f64,
    pub(super) left: (f64, f64),
    pub(super) right: (f64, f64),
}

/// As `dlasv2`; `unit` is the rounding of the elements' type.
pub(super) fn singular(f: f64, g: f64, h: f64, unit: f64) -> Singular {
    let swapped = h.abs() > f.abs();
    let (first, last) = if swapped { (h, f) } else { (f, h) };
    let (small, large, near, far) = sizes(first, g, last, unit);
    let (left, right) = if swapped { ((far.1, far.0), (near.1, near.0)) } else { (near, far) };
    let sign = |x: f64| 1f64.copysign(x);
    let turned = if g.abs() > first.abs() {
        sign(right.1) * sign(left.0) * sign(g)
    } else if swapped {
        sign(right.1) * sign(left.1) * sign(h)
    } else {
        sign(right.0) * sign(left.0) * sign(f)
    };
    Singular { large: large.copysign(turned), small: small.copysign(turned * sign(f) * sign(h)), left, right }
}

/// For |f| ≥ |h|: the smaller and the larger singular value, and the rotation on either side.
fn sizes(f: f64, g: f64, h: f64, unit: f64) -> (f64, f64, (f64, f64), (f64, f64)) {
    let (fa, ga, ha) = (f.abs(), g.abs(), h.abs());
    if ga == 0.0 {
        return (ha, fa, (1.0, 0.0), (1.0, 0.0));
    }
    if ga > fa && fa / ga < unit {
        let small = if ha > 1.0 { fa / (ga / ha) } else { (fa / ga) * ha };
        return (small, ga, (1.0, h / g), (f / g, 1.0));
    }
    let d = fa - ha;
    let l = if d == fa { 1.0 } else { d / fa };
    let (m, t) = (g / f, 2.0 - l);
    let (mm, tt) = (m * m, t * t);
    let s = (tt + mm).sqrt();
    let r = if l == 0.0 { m.abs() } else { (l * l + mm).sqrt() };
    let a = 0.5 * (s + r);
    let t = if mm != 0.0 {
        (m / (s + t) + m / (r + l)) * (1.0 + a)
    } else if l == 0.0 {
        2f64.copysign(f) * 1f64.copysign(g)
    } else {
        g / d.copysign(f) + m / t
    };
    let l = t.hypot(2.0);
    let (c, s) = (2.0 / l, t / l);
    (ha / a, fa * a, ((c + s * m) / a, (h / f) * s / a), (c, s))
}
