//! events as Parquet files by class and day, with a small scan
