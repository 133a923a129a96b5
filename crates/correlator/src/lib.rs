//! the pipeline: events in, incidents out
