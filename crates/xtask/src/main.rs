//! checks of the project itself
fn main() {}
