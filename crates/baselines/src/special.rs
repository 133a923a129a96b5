//! Incomplete gamma and beta functions, the tails behind the tests of this crate. Knows no statistics.
//!
//! Series and continued fractions: NIST Digital Library of Mathematical Functions, 8.11.4, 8.9.2 and 8.17.22 (<https://dlmf.nist.gov>).
//! Results agree with SciPy to a relative 1e-9 (`tests/reference`).

/// A continued fraction converges in about the square root of its largest parameter, so this suffices beyond 1e8.
const MAX_STEPS: usize = 40_000;
const EPSILON: f64 = 1e-15;
const TINY: f64 = 1e-300;

/// `P(a, x)`, the lower regularised incomplete gamma function, for `a > 0`, `x >= 0`; NaN outside.
pub fn gamma_lower(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).0
}

/// `Q(a, x) = 1 - P(a, x)`, exact where it is small.
pub fn gamma_upper(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).1
}

fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    let front = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for step in 1..MAX_STEPS {
            term *= x / (a + step as f64);
            sum += term;
            if term < sum * EPSILON {
                break;
            }
        }
        let lower = (front * sum).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let mut fraction = Lentz::new(x + 1.0 - a);
        for step in 1..MAX_STEPS {
            let i = step as f64;
            if fraction.next(i * (a - i), x + 2.0 * i + 1.0 - a) {
                break;
            }
        }
        let upper = (front / fraction.value).min(1.0);
        (1.0 - upper, upper)
    }
}

/// `I_x(a, b)`, the regularised incomplete beta function, for `a, b > 0` and `x` in [0, 1]; NaN outside. For a small result near
/// `x = 1` ask for `I_{1-x}(b, a)` instead.
pub fn beta_lower(a: f64, b: f64, x: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (a + b).is_finite() && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_fraction(b, a, 1.0 - x);
    }
    beta_fraction(a, b, x)
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let front = (a * x.ln() + b * libm::log1p(-x) + libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)).exp() / a;
    let mut fraction = Lentz::new(1.0);
    for step in 0..MAX_STEPS {
        let m = (step / 2) as f64;
        let numerator = if step % 2 == 1 {
            let m = m + 1.0;
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        if fraction.next(numerator, 1.0) {
            break;
        }
    }
    (front / fraction.value).min(1.0)
}

/// `b0 + a1 / (b1 + a2 / (b2 + ...))` by the modified method of Lentz (Thompson and Barnett, J. Comput. Phys. 64, 1986).
struct Lentz {
    value: f64,
    c: f64,
    d: f64,
}

impl Lentz {
    fn new(first: f64) -> Self {
        Self { value: first, c: first, d: 0.0 }
    }
    /// Adds one level; true when the value no longer changes.
    fn next(&mut self, numerator: f64, denominator: f64) -> bool {
        let guard = |x: f64| if x.abs() < TINY { TINY } else { x };
        self.d = 1.0 / guard(denominator + numerator * self.d);
        self.c = guard(denominator + numerator / self.c);
        let change = self.c * self.d;
        self.value *= change;
        (change - 1.0).abs() < EPSILON
    }
}

/// `P(X >= k)` of a binomial of `n` trials with success probability `p`.
pub fn binomial_upper(n: u64, k: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        k if k > n => 0.0,
        k => beta_lower(k as f64, (n - k + 1) as f64, p.clamp(0.0, 1.0)),
    }
}
