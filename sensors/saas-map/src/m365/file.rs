//! Files of SharePoint, OneDrive and Teams. Source of the names: Microsoft, "Audit log activities", file and page, folder, sharing
//! and synchronisation activities.

use super::Common;
use crate::field::{MAX_PATH_BYTES, MAX_TEXT_BYTES, cut, str_at, text};
use serde_json::Value;
use weft_model::{Body, FileHosting, FileHostingKind};

/// The kind of a file operation; `None` when the operation is about something else.
pub fn kind(operation: &str) -> Option<FileHostingKind> {
    use FileHostingKind as K;
    let name = operation.strip_prefix("Channel").unwrap_or(operation);
    if let Some(kind) = sharing(name) {
        return Some(kind);
    }
    let action = name.strip_prefix("File").or_else(|| name.strip_prefix("Folder"))?;
    let is = |words: &[&str]| words.iter().any(|word| action.starts_with(word));
    Some(if is(&["Deleted", "Recycled", "VersionsAllDeleted", "VersionRecycled", "VersionsAllRecycled"]) {
        K::Delete
    } else if is(&["Downloaded", "SyncDownloaded"]) {
        K::Download
    } else if is(&["Uploaded", "SyncUploaded", "Created"]) {
        K::Upload
    } else if is(&["Accessed", "Visited", "Viewed"]) {
        K::Open
    } else if is(&["Previewed"]) {
        K::Preview
    } else if is(&["Modified", "CheckedIn"]) {
        K::Update
    } else if is(&["Renamed"]) {
        K::Rename
    } else if is(&["Copied"]) {
        K::Copy
    } else if is(&["Moved"]) {
        K::Move
    } else {
        K::Other
    })
}

fn sharing(name: &str) -> Option<FileHostingKind> {
    use FileHostingKind as K;
    Some(match name {
        "SharingSet"
        | "SharingInvitationCreated"
        | "SharingInvitationUpdated"
        | "AnonymousLinkCreated"
        | "AnonymousLinkUpdated"
        | "SecureLinkCreated"
        | "SecureLinkUpdated"
        | "CompanyLinkCreated"
        | "AddedToSecureLink"
        | "AddedToSharingLink"
        | "SharingLinkCreated"
        | "SharingLinkUpdated" => K::Share,
        "SharingRevoked"
        | "SharingInvitationRevoked"
        | "AnonymousLinkRemoved"
        | "SecureLinkDeleted"
        | "CompanyLinkRemoved"
        | "RemovedFromSecureLink"
        | "SharingLinkDeleted" => K::Unshare,
        "AnonymousLinkUsed" | "SecureLinkUsed" | "CompanyLinkUsed" | "SharingLinkUsed" | "SharingInvitationAccepted" => K::Open,
        "SharingInheritanceBroken" | "SharingInheritanceReset" => K::Other,
        _ => return None,
    })
}

/// A file or folder was used, changed or shared.
pub fn body(record: &Value, common: Common, kind: FileHostingKind) -> Body {
    let file_path = match str_at(record, "ObjectId") {
        Some(path) => cut(path, MAX_PATH_BYTES).to_owned(),
        None => {
            let parts = ["SiteUrl", "SourceRelativeUrl", "SourceFileName"].iter().filter_map(|key| str_at(record, key));
            cut(&parts.map(|part| part.trim_matches('/')).collect::<Vec<_>>().join("/"), MAX_PATH_BYTES).to_owned()
        }
    };
    let file_name = text(record, "SourceFileName")
        .or_else(|| file_path.trim_end_matches('/').rsplit('/').next().map(|name| cut(name, MAX_TEXT_BYTES).to_owned()))
        .unwrap_or_default();
    Body::FileHosting(Box::new(FileHosting {
        kind,
        operation: common.operation,
        service_name: common.workload,
        actor: common.actor,
        status: common.status,
        src_endpoint: common.src_endpoint,
        file_name,
        file_path,
        user_agent: common.user_agent,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use FileHostingKind as K;

    #[test]
    fn operations_of_files() {
        for (name, expected) in [
            ("FileAccessed", Some(K::Open)),
            ("FileAccessedExtended", Some(K::Open)),
            ("FileSyncDownloadedFull", Some(K::Download)),
            ("FileSyncUploadedPartial", Some(K::Upload)),
            ("FileDeletedFirstStageRecycleBin", Some(K::Delete)),
            ("FolderModified", Some(K::Update)),
            ("FileMalwareDetected", Some(K::Other)),
            ("ChannelFileUploaded", Some(K::Upload)),
            ("AnonymousLinkCreated", Some(K::Share)),
            ("SharingRevoked", Some(K::Unshare)),
            ("PageViewed", None),
            ("Send", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }
}
