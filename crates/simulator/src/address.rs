//! Public address ranges by what uses them, so that enrichment finds the usual networks behind the simulated addresses.
//!
//! Sources: public routing tables (origin AS of the prefixes). Must not hold any address of a real case.

use crate::rng::Rng;
use std::net::Ipv4Addr;

/// A block: network address and prefix length.
pub type Block = ([u8; 4], u8);

/// Consumer internet providers in the United States.
pub const HOME: &[Block] = &[
    ([73, 44, 0, 0], 16),
    ([98, 220, 0, 0], 15),
    ([99, 60, 0, 0], 15),
    ([107, 200, 0, 0], 14),
    ([68, 184, 0, 0], 15),
    ([71, 80, 0, 0], 14),
    ([68, 96, 0, 0], 14),
];
/// Mobile carriers in the United States.
pub const MOBILE: &[Block] = &[([172, 58, 0, 0], 16), ([174, 198, 0, 0], 16), ([70, 195, 0, 0], 16)];
/// Business lines: offices.
pub const BUSINESS: &[Block] = &[([50, 76, 0, 0], 14), ([64, 60, 0, 0], 16)];
/// Hotels and conference venues in the United States.
pub const HOTEL: &[Block] = &[([216, 80, 0, 0], 20), ([12, 40, 0, 0], 19)];
/// Hosting companies that VPN providers rent from, outside the United States, with country, city and region.
pub const VPN: &[(Block, &str, &str, &str)] = &[
    (([146, 70, 20, 0], 23), "RO", "Bucharest", "Bucuresti"),
    (([45, 83, 220, 0], 23), "SE", "Malmo", "Skane Lan"),
    (([193, 138, 218, 0], 24), "SE", "Goteborg", "Vastra Gotalands Lan"),
    (([149, 102, 230, 0], 24), "DE", "Frankfurt am Main", "Hessen"),
    (([45, 129, 56, 0], 24), "DK", "Copenhagen", "Hovedstaden"),
];
/// Outgoing mail of large mail hosts.
pub const MAIL_MICROSOFT: &[Block] = &[([104, 47, 32, 0], 19)];
/// Outgoing mail of large mail hosts.
pub const MAIL_GOOGLE: &[Block] = &[([209, 85, 128, 0], 17)];
/// Mail servers of smaller companies at web hosts.
pub const MAIL_HOSTED: &[Block] = &[([74, 208, 0, 0], 16), ([69, 89, 16, 0], 20), ([50, 63, 32, 0], 19)];
/// Senders of bulk mail.
pub const MAIL_BULK: &[Block] = &[([167, 89, 0, 0], 17), ([149, 72, 128, 0], 17)];
/// Content delivery networks.
pub const CDN: &[Block] = &[([104, 16, 0, 0], 14), ([151, 101, 0, 0], 16), ([23, 72, 0, 0], 16), ([18, 156, 0, 0], 14)];
/// Web hosts and clouds.
pub const HOSTING: &[Block] = &[
    ([34, 224, 0, 0], 12),
    ([3, 208, 0, 0], 12),
    ([50, 63, 64, 0], 18),
    ([74, 208, 128, 0], 17),
    ([78, 46, 0, 0], 15),
    ([57, 128, 0, 0], 14),
    ([68, 183, 0, 0], 16),
];
/// The office suite's own networks.
pub const MICROSOFT: &[Block] = &[([52, 96, 0, 0], 14), ([13, 107, 42, 0], 24), ([20, 190, 128, 0], 18)];
/// The search company's own networks.
pub const GOOGLE: &[Block] = &[([142, 250, 0, 0], 15)];

/// An address in `block`, never the first or the last of a /24.
pub fn within(block: Block, number: u64) -> Ipv4Addr {
    let base = u32::from_be_bytes(block.0);
    let host_bits = 32u32.saturating_sub(u32::from(block.1)).min(31);
    let offset = (number % (1u64 << host_bits)) as u32;
    let address = base | offset;
    let last = (address & 0xff).clamp(2, 250);
    Ipv4Addr::from(address & 0xffff_ff00 | last)
}

/// A random address of one of the blocks.
pub fn draw(blocks: &[Block], rng: &mut Rng) -> Ipv4Addr {
    let block = rng.pick(blocks).copied().unwrap_or(([198, 51, 100, 0], 24));
    within(block, rng.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_in_their_block() {
        let mut rng = Rng::new(1, "address");
        for _ in 0..1_000 {
            let address = draw(&[([45, 83, 220, 0], 23)], &mut rng);
            assert!(matches!(address.octets(), [45, 83, 220 | 221, 2..=250]), "{address}");
        }
    }
}
