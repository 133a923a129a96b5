//! audit files and watched folders to events
