//! who was this, as of then: bindings with validity, and what touched what
