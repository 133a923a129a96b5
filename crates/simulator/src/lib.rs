//! organisations and attacks as raw inputs
