//! configuration: file plus environment, unknown fields refused
