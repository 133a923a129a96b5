//! an incident in plain sentences, each carrying its evidence
