//! capture files and live interfaces to events
