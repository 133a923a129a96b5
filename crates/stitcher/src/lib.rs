//! indicators to incidents by rarity-weighted links
