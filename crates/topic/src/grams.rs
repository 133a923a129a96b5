//! Scripts that the word pieces do not know: every n-gram of characters has a fixed pseudo-random direction (Weinberger et al., "Feature
//! hashing for large scale multitask learning", ICML 2009), so that texts are as close as the characters they share.

use crate::DIMENSIONS;

/// Japanese, Chinese and Korean letters.
pub(crate) fn is_dense(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}')
}

/// Adds the pairs and, at half weight, the triples of a run of characters (or the one there is), each as long as a usual word piece.
pub(crate) fn add(sum: &mut [f32; DIMENSIONS], run: &[char], norm: f32) {
    let sizes: &[(usize, f32)] = if run.len() == 1 { &[(1, 1.0)] } else { &[(2, 1.0), (3, 0.5)] };
    for (n, share) in sizes {
        for gram in run.windows(*n) {
            // Hiragana is mostly grammar.
            let said = gram.iter().filter(|c| !('\u{3041}'..='\u{309f}').contains(*c)).count() as f32 / *n as f32;
            let weight = share * (0.1 + 0.9 * said) * norm / (DIMENSIONS as f32).sqrt();
            let hash = fnv(gram);
            for (half, word) in sum.chunks_mut(64).zip([mix(hash), mix(hash ^ 0xa5a5_a5a5_a5a5_a5a5)]) {
                for (bit, x) in half.iter_mut().enumerate() {
                    *x += f32::from_bits(weight.to_bits() ^ ((!(word >> bit) as u32 & 1) << 31));
                }
            }
        }
    }
}

/// FNV-1a of the UTF-8.
fn fnv(gram: &[char]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in gram {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// The output function of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
