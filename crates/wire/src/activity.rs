//! The numbers and captions that OCSF 1.8.0 gives to activities, statuses and directions; Protobuf uses the same numbers.

use weft_model::{
    AccountChangeKind, AuthProtocol, AuthenticationKind, DhcpKind, EmailDirection, EntityManagementKind, FileHostingKind, Status,
};

/// One row: what the model calls it, OCSF's number, OCSF's caption.
pub(crate) type Row<K> = (K, u8, &'static str);

/// OCSF's number for everything a list does not name.
pub(crate) const OTHER: u8 = 99;

/// The number and caption of `kind`; 99 when the table lacks it.
pub(crate) fn id_of<K: PartialEq>(table: &[Row<K>], kind: &K) -> (u8, &'static str) {
    table.iter().find(|row| row.0 == *kind).map_or((OTHER, "Other"), |row| (row.1, row.2))
}

/// The kind of number `id`, when the table has it.
pub(crate) fn kind_of<K: Copy>(table: &[Row<K>], id: i64) -> Option<K> {
    table.iter().find(|row| i64::from(row.1) == id).map(|row| row.0)
}

pub(crate) const STATUS: &[Row<Status>] =
    &[(Status::Unknown, 0, "Unknown"), (Status::Success, 1, "Success"), (Status::Failure, 2, "Failure")];

pub(crate) const DIRECTION: &[Row<EmailDirection>] = &[
    (EmailDirection::Unknown, 0, "Unknown"),
    (EmailDirection::Inbound, 1, "Inbound"),
    (EmailDirection::Outbound, 2, "Outbound"),
    (EmailDirection::Internal, 3, "Internal"),
];

pub(crate) const DHCP: &[Row<DhcpKind>] = &[
    (DhcpKind::Discover, 1, "Discover"),
    (DhcpKind::Offer, 2, "Offer"),
    (DhcpKind::Request, 3, "Request"),
    (DhcpKind::Ack, 5, "Ack"),
    (DhcpKind::Nak, 6, "Nak"),
    (DhcpKind::Release, 7, "Release"),
];

pub(crate) const AUTHENTICATION: &[Row<AuthenticationKind>] = &[
    (AuthenticationKind::Logon, 1, "Logon"),
    (AuthenticationKind::Logoff, 2, "Logoff"),
    (AuthenticationKind::AuthenticationTicket, 3, "Authentication Ticket"),
];

pub(crate) const AUTH_PROTOCOL: &[Row<AuthProtocol>] = &[(AuthProtocol::Ntlm, 1, "NTLM"), (AuthProtocol::Kerberos, 2, "Kerberos")];

pub(crate) const ACCOUNT_CHANGE: &[Row<AccountChangeKind>] = &[
    (AccountChangeKind::Create, 1, "Create"),
    (AccountChangeKind::Enable, 2, "Enable"),
    (AccountChangeKind::PasswordChange, 3, "Password Change"),
    (AccountChangeKind::PasswordReset, 4, "Password Reset"),
    (AccountChangeKind::Disable, 5, "Disable"),
    (AccountChangeKind::Delete, 6, "Delete"),
    (AccountChangeKind::AttachPolicy, 7, "Attach Policy"),
    (AccountChangeKind::DetachPolicy, 8, "Detach Policy"),
    (AccountChangeKind::Lock, 9, "Lock"),
    (AccountChangeKind::MfaEnable, 10, "MFA Factor Enable"),
    (AccountChangeKind::MfaDisable, 11, "MFA Factor Disable"),
    (AccountChangeKind::Unlock, 12, "Unlock"),
];

pub(crate) const ENTITY_MANAGEMENT: &[Row<EntityManagementKind>] = &[
    (EntityManagementKind::Create, 1, "Create"),
    (EntityManagementKind::Read, 2, "Read"),
    (EntityManagementKind::Update, 3, "Update"),
    (EntityManagementKind::Delete, 4, "Delete"),
];

pub(crate) const FILE_HOSTING: &[Row<FileHostingKind>] = &[
    (FileHostingKind::Upload, 1, "Upload"),
    (FileHostingKind::Download, 2, "Download"),
    (FileHostingKind::Update, 3, "Update"),
    (FileHostingKind::Delete, 4, "Delete"),
    (FileHostingKind::Rename, 5, "Rename"),
    (FileHostingKind::Copy, 6, "Copy"),
    (FileHostingKind::Move, 7, "Move"),
    (FileHostingKind::Preview, 9, "Preview"),
    (FileHostingKind::Share, 12, "Share"),
    (FileHostingKind::Unshare, 13, "Unshare"),
    (FileHostingKind::Open, 14, "Open"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_for_two_kinds() {
        fn check<K: Copy + PartialEq + std::fmt::Debug>(table: &[Row<K>]) {
            for row in table {
                assert_eq!(kind_of(table, i64::from(row.1)), Some(row.0));
                assert_eq!(id_of(table, &row.0).0, row.1);
            }
        }
        check(STATUS);
        check(DIRECTION);
        check(DHCP);
        check(AUTHENTICATION);
        check(ACCOUNT_CHANGE);
        check(ENTITY_MANAGEMENT);
        check(FILE_HOSTING);
        assert_eq!(id_of(DHCP, &DhcpKind::Other), (99, "Other"));
        assert_eq!(kind_of(DHCP, 4), None);
    }
}
