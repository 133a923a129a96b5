//! the bus over Apache Kafka
