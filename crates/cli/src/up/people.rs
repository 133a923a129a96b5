//! People that watched folders name, kept in the store: a directory is read once and must survive whatever ends the process.

use anyhow::Context;
use weft_model::{Directory, Person};
use weft_store::Store;

/// Where the store keeps them.
const NAME: &str = "directory";

/// Everybody that a watched folder ever named.
///
/// # Errors
/// Those of the database, or what is kept there is damaged.
pub fn remembered(store: &Store) -> anyhow::Result<Vec<Person>> {
    let Some(text) = store.get_meta(NAME)? else { return Ok(Vec::new()) };
    serde_json::from_str(&text).context("the remembered directory is damaged; remove weft.db to start anew")
}

/// Adds to them. Before the cursor of their file moves: nobody else reads it again.
///
/// # Errors
/// As [`remembered`].
pub fn remember(store: &Store, more: &[Person]) -> anyhow::Result<()> {
    let directory = Directory::new(remembered(store)?.into_iter().chain(more.iter().cloned()));
    let people: Vec<&Person> = directory.people().map(|(_, person)| person).collect();
    Ok(store.set_meta(NAME, &serde_json::to_string(&people)?)?)
}
