//! how surprising is this: novelty, counts, time of day, calibration
