//! Mailbox auditing (`MailItemsAccessed`, `Send`, `MoveToDeletedItems` ...): API Activity on the service Exchange.

use super::Common;
use crate::field::{self, MAX_ITEMS, cut, str_at};
use serde_json::Value;
use weft_model::Body;

/// Resources kept of one record, and bytes of each.
const MAX_RESOURCES: usize = 64;
const MAX_RESOURCE_BYTES: usize = 512;

/// What was acted on: the mailbox, then folders, Internet message ids and subjects, each once, in the order of the record.
pub fn body(record: &Value, common: Common) -> Body {
    let mut resources = Vec::new();
    let mut add = |text: Option<&str>| {
        let Some(text) = text else { return };
        let text = cut(text, MAX_RESOURCE_BYTES);
        if resources.len() < MAX_RESOURCES && !resources.iter().any(|known| known == text) {
            resources.push(text.to_owned());
        }
    };
    add(str_at(record, "MailboxOwnerUPN"));
    for key in ["Folder", "DestFolder"] {
        add(record.get(key).and_then(|folder| str_at(folder, "Path")));
    }
    for folder in field::list(record, "Folders") {
        add(str_at(folder, "Path"));
        field::list(folder, "FolderItems").for_each(|item| item_texts(item, &mut add));
    }
    if let Some(item) = record.get("Item") {
        item_texts(item, &mut add);
    }
    field::list(record, "AffectedItems").take(MAX_ITEMS).for_each(|item| item_texts(item, &mut add));
    if resources.is_empty() {
        resources.extend(field::text(record, "ObjectId"));
    }
    common.api("Exchange".to_owned(), resources)
}

fn item_texts(item: &Value, add: &mut impl FnMut(Option<&str>)) {
    add(item.get("ParentFolder").and_then(|folder| str_at(folder, "Path")));
    // Message ids are kept as the model keeps them elsewhere: without angle brackets.
    add(str_at(item, "InternetMessageId").map(|id| id.trim_start_matches('<').trim_end_matches('>')));
    add(str_at(item, "Subject"));
}
