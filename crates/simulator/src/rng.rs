//! Reproducible randomness: one xoshiro256** stream for each (seed, label), so that drawing more in one place changes nothing in another.
//!
//! Not for secrets. Must not know what is drawn.

/// A stream of pseudo-random numbers (xoshiro256**, Blackman and Vigna 2018), seeded with BLAKE3 of seed and label.
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// The stream named `label` of `seed`.
    pub fn new(seed: u64, label: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(label.as_bytes());
        let digest = hasher.finalize();
        let mut state = [0u64; 4];
        for (word, bytes) in state.iter_mut().zip(digest.as_bytes().chunks_exact(8)) {
            *word = bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        }
        Self { state }
    }

    /// A stream of its own that takes one number of this one: what is drawn from it, or not, changes nothing here (SplitMix64 seeds it,
    /// as Blackman and Vigna advise).
    pub fn fork(&mut self) -> Self {
        let mut seed = self.next();
        let state = [(); 4].map(|()| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        });
        Self { state }
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform in `0..bound`; 0 when `bound` is 0. The bias of the multiply-shift method is below 2^-32 for the bounds used here.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Uniform in `low..high`; `low` when the range is empty.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low);
        if width <= 0 { low } else { low.saturating_add(self.below(width as u64) as i64) }
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Exponentially distributed with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -(1.0 - self.unit()).ln() * mean
    }

    /// Poisson distributed: Knuth's method in steps of at most 50, whose sum is Poisson distributed again.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 50.0 {
            let steps = (mean / 50.0).ceil();
            return (0..steps as u64).map(|_| self.poisson(mean / steps)).sum();
        }
        let limit = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > limit && count < 1_000 {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// Any element, or `None` of an empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.below(items.len() as u64) as usize;
        items.get(index)
    }

    /// Any of the words; empty for an empty slice.
    pub fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// Fisher-Yates shuffle.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }

    /// `count` random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(count + 8);
        while out.len() < count {
            out.extend_from_slice(&self.next().to_le_bytes());
        }
        out.truncate(count);
        out
    }

    /// `count` characters of `alphabet` (ASCII).
    pub fn token(&mut self, alphabet: &[u8], count: usize) -> String {
        let bytes: Vec<u8> = (0..count).map(|_| self.pick(alphabet).copied().unwrap_or(b'?')).collect();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// `count` lower-case hex digits.
    pub fn hex(&mut self, count: usize) -> String {
        self.token(b"0123456789abcdef", count)
    }

    /// A random (version 4) UUID, RFC 9562.
    pub fn uuid(&mut self) -> String {
        let value =
            (u128::from(self.next()) << 64 | u128::from(self.next())) & !(0xf000 << 64) & !(0xc000 << 48) | 0x4000 << 64 | 0x8000 << 48;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            value >> 96,
            value >> 80 & 0xffff,
            value >> 64 & 0xffff,
            value >> 48 & 0xffff,
            value & 0xffff_ffff_ffff
        )
    }
}

/// Zipf's law over ranks `0..n`: rank `k` has weight `(k + 1)^-exponent`.
#[derive(Clone, Debug)]
pub struct Zipf {
    cumulative: Vec<f64>,
}

impl Zipf {
    /// Over `n` ranks.
    pub fn new(n: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let cumulative = (1..=n)
            .map(|rank| {
                sum += (rank as f64).powf(-exponent);
                sum
            })
            .collect();
        Self { cumulative }
    }

    /// A rank; 0 when there is none.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        let total = self.cumulative.last().copied().unwrap_or_default();
        let at = rng.unit() * total;
        self.cumulative.partition_point(|sum| *sum <= at).min(self.cumulative.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_label_and_seed() {
        let draw = |seed, label| (0..4).map(move |_| 0).scan(Rng::new(seed, label), |rng, _| Some(rng.next())).collect::<Vec<_>>();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut rng = Rng::new(3, "even");
        let mut counts = [0u32; 10];
        for _ in 0..10_000 {
            counts[rng.below(10) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        let mean = (0..10_000).map(|_| rng.exponential(5.0)).sum::<f64>() / 10_000.0;
        assert!((4.7..5.3).contains(&mean), "{mean}");
        let mean = (0..10_000).map(|_| rng.poisson(2.5) as f64).sum::<f64>() / 10_000.0;
        assert!((2.4..2.6).contains(&mean), "{mean}");
    }

    #[test]
    fn a_uuid_is_version_four() {
        let uuid = Rng::new(1, "uuid").uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
        assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
    }

    #[test]
    fn low_ranks_are_frequent() {
        let zipf = Zipf::new(100, 1.0);
        let mut rng = Rng::new(5, "zipf");
        let first = (0..5_000).filter(|_| zipf.draw(&mut rng) == 0).count();
        assert!((800..1150).contains(&first), "{first}");
    }
}
