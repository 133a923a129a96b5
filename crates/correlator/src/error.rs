//! What can stop the pipeline.

/// The pipeline cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CorrelatorError {
    #[error("the event store cannot be read")]
    Store(#[from] weft_bus::BusError),
    #[error("the shipped detection models are broken")]
    Models(#[from] weft_indicators::ModelError),
}
