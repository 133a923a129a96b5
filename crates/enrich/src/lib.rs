//! what is known about an address or a domain without asking anybody
