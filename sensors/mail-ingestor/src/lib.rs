//! mail files, mbox and Maildir to events
