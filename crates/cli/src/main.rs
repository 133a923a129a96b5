//! the binary weft
fn main() {}
