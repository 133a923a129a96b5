//! Names of Microsoft's own applications, by application id. Source: Microsoft, "Verify first-party Microsoft applications in
//! sign-in reports". An unknown application keeps its id.

use crate::account::is_guid;
use crate::field::{self, str_at, text};
use serde_json::Value;

const KNOWN: [(&str, &str); 27] = [
    ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory"),
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"),
    ("00000004-0000-0ff1-ce00-000000000000", "Skype for Business Online"),
    ("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"),
    ("0000000a-0000-0000-c000-000000000000", "Microsoft Intune"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell"),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell"),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"),
    ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker"),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"),
    ("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client"),
    ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API"),
    ("89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", "Office365 Shell WCSS-Client"),
    ("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web"),
    ("a0c73c16-a7e3-4564-9a95-2bdf47383716", "Microsoft Exchange Online Remote PowerShell"),
    ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine"),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"),
    ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services"),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"),
    ("d4ebce55-015a-49b5-a083-c84d1797ae8c", "Microsoft Intune Enrollment"),
    ("de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Graph Explorer"),
    ("fb78d390-0c51-40cd-8e17-fdbfab77341b", "Microsoft Exchange REST API Based PowerShell"),
];

/// The name of an application, or its id when it is not known.
pub fn name(id: &str) -> String {
    let lower = id.to_lowercase();
    KNOWN
        .iter()
        .find(|(known, _)| *known == lower)
        .map_or_else(|| field::cut(id, field::MAX_TEXT_BYTES).to_owned(), |(_, name)| (*name).to_owned())
}

/// The program that acted, alone or for the user, when the record names one.
pub fn of_actor(record: &Value) -> Option<String> {
    if let Some(name) = text(record, "ApplicationDisplayName") {
        return Some(name);
    }
    // Identity type 1 is a name, which the directory writes for service principals.
    if let Some(name) = super::identity(record, "Actor", 1) {
        return Some(field::cut(name, field::MAX_TEXT_BYTES).to_owned());
    }
    if let Some(name) = record.get("AppAccessContext").and_then(|context| text(context, "ClientAppName")) {
        return Some(name);
    }
    ["ClientAppId", "AppId", "ApplicationId"].iter().find_map(|key| str_at(record, key)).filter(|id| is_guid(id)).map(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_ids_are_well_formed() {
        assert!(KNOWN.is_sorted());
        assert!(KNOWN.iter().all(|(id, _)| is_guid(id)));
        assert_eq!(name("00000003-0000-0000-C000-000000000000"), "Microsoft Graph");
        assert_eq!(name("another"), "another");
    }
}
