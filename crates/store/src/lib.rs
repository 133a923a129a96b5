//! incidents, evidence, users and cursors in SQLite
