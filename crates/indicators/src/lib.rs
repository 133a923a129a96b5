//! detection models as data, events to calibrated indicators
