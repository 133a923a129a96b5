//! publish and subscribe traits, the embedded durable log, the time-ordered event store
