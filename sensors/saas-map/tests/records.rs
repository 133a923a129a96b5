//! Records as the providers write them, and what they become.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout, reason = "test helpers may fail loudly")]

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use weft_model::Body;
use weft_saas_map::{MapError, map_record};

fn body(record: &Value) -> Body {
    map_record(record, &record.to_string()).unwrap().body
}

#[track_caller]
fn check(record: &Value, expected: Expect) {
    let event = map_record(record, &record.to_string()).unwrap();
    let text = format!("{} / {} at {}\n{:#?}\n", event.metadata.product, event.metadata.log_name, event.time.to_rfc3339(), event.body);
    // Absent fields say nothing here.
    let text: String = text.lines().filter(|line| !line.ends_with(": None,")).flat_map(|line| [line, "\n"]).collect();
    expected.assert_eq(&text);
}

fn ual(operation: &str, rest: Value) -> Value {
    let mut record = json!({"CreationTime": "2024-03-20T10:00:00", "Id": "5d2f0c1e-0000-4000-8000-000000000001", "Operation": operation,
        "OrganizationId": "o", "RecordType": 1, "ResultStatus": "True", "UserKey": "1003200012345678", "UserType": 0, "Version": 1,
        "Workload": "Exchange", "UserId": "Ann.Lee@corp.example"});
    for (key, value) in rest.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

#[test]
fn a_sign_in_of_the_unified_audit_log() {
    let record = ual(
        "UserLoginFailed",
        json!({"RecordType": 15, "Workload": "AzureActiveDirectory", "ResultStatus": "Success", "ClientIP": "198.51.100.7:50211",
            "UserKey": "9d8001cb-a159-4252-a3a1-c2dc689f322a", "ObjectId": "00000002-0000-0ff1-ce00-000000000000",
            "ApplicationId": "4765445b-32c6-49b0-83e6-1d93765276ca", "ErrorNumber": "50126", "LogonError": "InvalidUserNameOrPassword",
            "ExtendedProperties": [{"Name": "UserAgent", "Value": "Mozilla/5.0"}, {"Name": "RequestType", "Value": "OAuth2:Authorize"}],
            "DeviceProperties": [{"Name": "OS", "Value": "Windows"}, {"Name": "SessionId", "Value": "s-1"}]}),
    );
    check(
        &record,
        expect![[r#"
        Microsoft 365 / AzureActiveDirectory at 2024-03-20T10:00:00Z
        Authentication(
            Authentication {
                kind: Logon,
                user: User {
                    email_addr: Some(
                        "ann.lee@corp.example",
                    ),
                    uid: Some(
                        "9d8001cb-a159-4252-a3a1-c2dc689f322a",
                    ),
                },
                status: Failure,
                status_detail: Some(
                    "50126 InvalidUserNameOrPassword",
                ),
                src_endpoint: Endpoint {
                    ip: Some(
                        198.51.100.7,
                    ),
                    port: Some(
                        50211,
                    ),
                },
                service_name: Some(
                    "Office 365 Exchange Online",
                ),
                app_name: Some(
                    "OfficeHome",
                ),
                user_agent: Some(
                    "Mozilla/5.0",
                ),
                session: Some(
                    Session {
                        uid: "s-1",
                    },
                ),
            },
        )
    "#]],
    );
}

#[test]
fn an_inbox_rule() {
    let record = ual(
        "New-InboxRule",
        json!({"ClientIP": "[2001:db8::7]:4431", "SessionId": "s-1", "ObjectId": "PROD/Organizations/corp.example/ann.lee\\...",
            "Parameters": [{"Name": "StopProcessingRules", "Value": "True"}, {"Name": "Name", "Value": "..."},
                {"Name": "MoveToFolder", "Value": "RSS Feeds"}, {"Name": "AlwaysDeleteOutlookRulesBlob", "Value": "False"}]}),
    );
    check(
        &record,
        expect![[r#"
        Microsoft 365 / Exchange at 2024-03-20T10:00:00Z
        EntityManagement(
            EntityManagement {
                kind: Create,
                operation: "New-InboxRule",
                actor: Actor {
                    user: Some(
                        User {
                            email_addr: Some(
                                "ann.lee@corp.example",
                            ),
                            uid: Some(
                                "1003200012345678",
                            ),
                        },
                    ),
                    session: Some(
                        Session {
                            uid: "s-1",
                        },
                    ),
                },
                entity_type: "Inbox Rule",
                entity_name: "...",
                status: Success,
                src_endpoint: Endpoint {
                    ip: Some(
                        2001:db8::7,
                    ),
                    port: Some(
                        4431,
                    ),
                },
                parameters: [
                    (
                        "AlwaysDeleteOutlookRulesBlob",
                        "False",
                    ),
                    (
                        "MoveToFolder",
                        "RSS Feeds",
                    ),
                    (
                        "Name",
                        "...",
                    ),
                    (
                        "StopProcessingRules",
                        "True",
                    ),
                ],
            },
        )
    "#]],
    );
}

/// The names that rules get in the other records about them.
#[test]
fn rules_keep_their_name_in_every_record() {
    let name = |record: Value| match body(&record) {
        Body::EntityManagement(change) => (change.entity_type, change.entity_name, format!("{:?}", change.kind)),
        other => panic!("{other:?}"),
    };
    let rule = |name: &str, kind: &str| ("Inbox Rule".to_owned(), name.to_owned(), kind.to_owned());
    let identity = json!({"Parameters": [{"Name": "Identity", "Value": "ann.lee\\Old rule"}]});
    assert_eq!(name(ual("Set-InboxRule", identity.clone())), rule("Old rule", "Update"));
    assert_eq!(name(ual("Remove-InboxRule", identity)), rule("Old rule", "Delete"));
    let outlook = json!({"RecordType": 2, "OperationProperties": [{"Name": "RuleOperation", "Value": "AddMailboxRule"},
        {"Name": "RuleName", "Value": "."}, {"Name": "RuleActions", "Value": "[{\"ActionType\":\"Forward\"}]"}]});
    assert_eq!(name(ual("UpdateInboxRules", outlook)), rule(".", "Create"));
}

#[test]
fn mail_that_was_read() {
    let record = ual(
        "MailItemsAccessed",
        json!({"RecordType": 50, "ClientIPAddress": "198.51.100.7", "MailboxOwnerUPN": "ann.lee@corp.example",
            "ClientInfoString": "Client=OWA;Mozilla/5.0 (X11);", "AppId": "00000002-0000-0ff1-ce00-000000000000",
            "Folders": [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<1@corp.example>"}, {"InternetMessageId": "<1@corp.example>"}]}]}),
    );
    check(
        &record,
        expect![[r#"
        Microsoft 365 / Exchange at 2024-03-20T10:00:00Z
        Api(
            ApiActivity {
                operation: "MailItemsAccessed",
                service_name: "Exchange",
                actor: Actor {
                    user: Some(
                        User {
                            email_addr: Some(
                                "ann.lee@corp.example",
                            ),
                            uid: Some(
                                "1003200012345678",
                            ),
                        },
                    ),
                    app_name: Some(
                        "Office 365 Exchange Online",
                    ),
                },
                status: Success,
                src_endpoint: Endpoint {
                    ip: Some(
                        198.51.100.7,
                    ),
                },
                user_agent: Some(
                    "Mozilla/5.0 (X11)",
                ),
                resources: [
                    "ann.lee@corp.example",
                    "\\Inbox",
                    "1@corp.example",
                ],
            },
        )
    "#]],
    );
}

#[test]
fn a_file_of_a_guest() {
    let record = ual(
        "FileDownloaded",
        json!({"RecordType": 6, "Workload": "OneDrive", "ResultStatus": null, "UserId": "urn:spo:guest#Bob@other.example",
            "ObjectId": "https://corp.sharepoint.example/Documents/Plan.docx", "SourceFileName": "Plan.docx", "UserAgent": "Mozilla/5.0"}),
    );
    check(
        &record,
        expect![[r#"
        Microsoft 365 / OneDrive at 2024-03-20T10:00:00Z
        FileHosting(
            FileHosting {
                kind: Download,
                operation: "FileDownloaded",
                service_name: "OneDrive",
                actor: Actor {
                    user: Some(
                        User {
                            email_addr: Some(
                                "bob@other.example",
                            ),
                            uid: Some(
                                "1003200012345678",
                            ),
                        },
                    ),
                },
                status: Unknown,
                src_endpoint: Endpoint {
                },
                file_name: "Plan.docx",
                file_path: "https://corp.sharepoint.example/Documents/Plan.docx",
                user_agent: Some(
                    "Mozilla/5.0",
                ),
            },
        )
    "#]],
    );
}

#[test]
fn a_method_added_to_a_user() {
    let record = ual(
        "Update user.",
        json!({"RecordType": 8, "Workload": "AzureActiveDirectory", "ResultStatus": "Success", "ClientIP": "<null>",
            "UserId": "Not Available", "UserKey": "Not Available", "ObjectId": "Ann.Lee@corp.example",
            "Actor": [{"ID": "Azure MFA StrongAuthenticationService", "Type": 1}, {"ID": "b5a60e17-278b-4c92-a4e2-b9262e66bb28", "Type": 2}],
            "Target": [{"ID": "User_0a000000-0000-4000-8000-00000000000a", "Type": 2}, {"ID": "Ann.Lee@corp.example", "Type": 5}],
            "ModifiedProperties": [{"Name": "StrongAuthenticationMethod",
                "OldValue": "[\r\n  {\r\n    \"MethodType\": 6,\r\n    \"Default\": true\r\n  }\r\n]",
                "NewValue": "[\r\n  {\r\n    \"MethodType\": 6,\r\n    \"Default\": false\r\n  },\r\n  {\r\n    \"MethodType\": 7,\r\n    \"Default\": true\r\n  }\r\n]"}]}),
    );
    check(
        &record,
        expect![[r#"
            Microsoft 365 / AzureActiveDirectory at 2024-03-20T10:00:00Z
            AccountChange(
                AccountChange {
                    kind: MfaEnable,
                    operation: "Update user.",
                    user: User {
                        email_addr: Some(
                            "ann.lee@corp.example",
                        ),
                        uid: Some(
                            "0a000000-0000-4000-8000-00000000000a",
                        ),
                    },
                    actor: Actor {
                        app_name: Some(
                            "Azure MFA StrongAuthenticationService",
                        ),
                    },
                    status: Success,
                    src_endpoint: Endpoint {
                    },
                    auth_factor: Some(
                        "authenticator app with code",
                    ),
                },
            )
        "#]],
    );
}

#[test]
fn a_member_of_a_role() {
    let record = ual(
        "Add member to role.",
        json!({"RecordType": 8, "Workload": "AzureActiveDirectory", "ResultStatus": "Success", "ObjectId": "bob@corp.example",
            "ModifiedProperties": [{"Name": "Role.DisplayName", "NewValue": "Global Administrator", "OldValue": ""}],
            "Target": [{"ID": "bob@corp.example", "Type": 5}]}),
    );
    check(
        &record,
        expect![[r#"
        Microsoft 365 / AzureActiveDirectory at 2024-03-20T10:00:00Z
        EntityManagement(
            EntityManagement {
                kind: Update,
                operation: "Add member to role.",
                actor: Actor {
                    user: Some(
                        User {
                            email_addr: Some(
                                "ann.lee@corp.example",
                            ),
                            uid: Some(
                                "1003200012345678",
                            ),
                        },
                    ),
                },
                entity_type: "Role",
                entity_name: "Global Administrator",
                status: Success,
                src_endpoint: Endpoint {
                },
                parameters: [
                    (
                        "Role.DisplayName",
                        "Global Administrator",
                    ),
                    (
                        "Target",
                        "bob@corp.example",
                    ),
                ],
            },
        )
    "#]],
    );
}

#[test]
fn unknown_operations_keep_their_name() {
    for (operation, workload) in
        [("SomethingNew ", "Exchange"), ("ViewReport", "PowerBI"), ("Brand new thing.", "AzureActiveDirectory"), ("", "x")]
    {
        match body(&ual(operation, json!({"Workload": workload, "RecordType": 999}))) {
            Body::Api(activity) => assert_eq!(activity.operation, operation),
            other => panic!("{other:?}"),
        }
    }
}

fn sign_in() -> Value {
    json!({"id": "66ea54eb-0000-4000-8000-000000000001", "createdDateTime": "2024-03-18T09:16:00Z", "userDisplayName": "Ann Lee",
        "userPrincipalName": "Ann.Lee@corp.example", "userId": "0a000000-0000-4000-8000-00000000000a", "appDisplayName": "OfficeHome",
        "appId": "4765445b-32c6-49b0-83e6-1d93765276ca", "ipAddress": "198.51.100.7", "clientAppUsed": "Browser",
        "sessionId": "s-1", "resourceDisplayName": "Office 365 Exchange Online", "isInteractive": true,
        "authenticationRequirement": "multiFactorAuthentication", "status": {"errorCode": 0, "failureReason": "Other."},
        "deviceDetail": {"browser": "Chrome 120.0", "operatingSystem": "Windows 10"},
        "authenticationDetails": [{"authenticationMethod": "Previously satisfied", "succeeded": true}]})
}

#[test]
fn an_entra_sign_in() {
    check(
        &sign_in(),
        expect![[r#"
        Microsoft Entra ID / SignInLogs at 2024-03-18T09:16:00Z
        Authentication(
            Authentication {
                kind: Logon,
                user: User {
                    name: Some(
                        "Ann Lee",
                    ),
                    email_addr: Some(
                        "ann.lee@corp.example",
                    ),
                    uid: Some(
                        "0a000000-0000-4000-8000-00000000000a",
                    ),
                },
                status: Success,
                src_endpoint: Endpoint {
                    ip: Some(
                        198.51.100.7,
                    ),
                },
                service_name: Some(
                    "Office 365 Exchange Online",
                ),
                app_name: Some(
                    "OfficeHome",
                ),
                user_agent: Some(
                    "Chrome 120.0 on Windows 10",
                ),
                session: Some(
                    Session {
                        uid: "s-1",
                    },
                ),
                is_mfa: Some(
                    true,
                ),
            },
        )
    "#]],
    );
}

/// The same sign-in through Microsoft Graph, through PowerShell and through an Event Hub is one event.
#[test]
fn one_sign_in_through_three_ways() {
    let direct = map_record(&sign_in(), "raw").unwrap();
    let envelope = json!({"time": "2024-03-18T09:16:00Z", "category": "SignInLogs", "operationName": "Sign-in activity", "resultType": "0",
        "callerIpAddress": "198.51.100.7", "properties": sign_in()});
    let through_hub = map_record(&envelope, "raw").unwrap();
    assert_eq!(direct, through_hub);
    let shell: serde_json::Map<String, Value> = sign_in()
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (format!("{}{}", key[..1].to_uppercase(), &key[1..]), value.clone()))
        .collect();
    assert_eq!(map_record(&Value::Object(shell), "raw").unwrap(), direct);
}

#[test]
fn a_failed_sign_in_says_why() {
    let mut record = sign_in();
    record["status"] = json!({"errorCode": 50126, "failureReason": "Invalid username or password."});
    record["authenticationDetails"] = json!([]);
    match body(&record) {
        Body::Authentication(logon) => {
            assert_eq!(logon.status, weft_model::Status::Failure);
            assert_eq!(logon.status_detail.as_deref(), Some("50126 Invalid username or password."));
            assert_eq!(logon.is_mfa, None, "a demand that was not met says nothing about use");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_registered_method_in_the_entra_audit_log() {
    let record = json!({"id": "Authentication Methods_1", "category": "UserManagement", "activityDateTime": "2024-03-19T14:02:00Z",
        "activityDisplayName": "User registered security info", "loggedByService": "Authentication Methods", "operationType": "Add",
        "result": "success", "resultReason": "User registered Authenticator App with Code",
        "initiatedBy": {"app": null, "user": {"id": "0a000000-0000-4000-8000-00000000000a", "displayName": null, "ipAddress": null,
            "userPrincipalName": "Ann.Lee@corp.example"}},
        "targetResources": [{"id": "0a000000-0000-4000-8000-00000000000a", "displayName": "Ann Lee", "type": "User",
            "userPrincipalName": "ann.lee@corp.example", "modifiedProperties": []}]});
    check(
        &record,
        expect![[r#"
        Microsoft Entra ID / AuditLogs at 2024-03-19T14:02:00Z
        AccountChange(
            AccountChange {
                kind: MfaEnable,
                operation: "User registered security info",
                user: User {
                    name: Some(
                        "Ann Lee",
                    ),
                    email_addr: Some(
                        "ann.lee@corp.example",
                    ),
                    uid: Some(
                        "0a000000-0000-4000-8000-00000000000a",
                    ),
                },
                actor: Actor {
                    user: Some(
                        User {
                            email_addr: Some(
                                "ann.lee@corp.example",
                            ),
                            uid: Some(
                                "0a000000-0000-4000-8000-00000000000a",
                            ),
                        },
                    ),
                },
                status: Success,
                src_endpoint: Endpoint {
                },
                auth_factor: Some(
                    "authenticator app with code",
                ),
            },
        )
    "#]],
    );
}

#[test]
fn consent_and_groups_in_the_entra_audit_log() {
    let record = json!({"time": "2024-03-19T14:02:00Z", "category": "AuditLogs", "operationName": "Add member to group", "resultType": "Success",
        "callerIpAddress": "198.51.100.7:1", "properties": {"id": "Directory_1", "activityDisplayName": "Add member to group",
            "activityDateTime": "2024-03-19T14:02:00.1234567+00:00", "result": "success",
            "initiatedBy": {"app": {"displayName": "Provisioning", "servicePrincipalId": "x"}},
            "targetResources": [{"type": "User", "userPrincipalName": "bob@corp.example", "modifiedProperties": [
                {"displayName": "Group.DisplayName", "oldValue": null, "newValue": "\"Finance\""}]}, {"type": "Group", "id": "g"}]}});
    check(
        &record,
        expect![[r#"
        Microsoft Entra ID / AuditLogs at 2024-03-19T14:02:00Z
        EntityManagement(
            EntityManagement {
                kind: Update,
                operation: "Add member to group",
                actor: Actor {
                    app_name: Some(
                        "Provisioning",
                    ),
                },
                entity_type: "Group",
                entity_name: "Finance",
                status: Success,
                src_endpoint: Endpoint {
                    ip: Some(
                        198.51.100.7,
                    ),
                    port: Some(
                        1,
                    ),
                },
                parameters: [
                    (
                        "Group.DisplayName",
                        "Finance",
                    ),
                    (
                        "Target",
                        "bob@corp.example",
                    ),
                ],
            },
        )
    "#]],
    );
}

#[test]
fn exports_wrap_the_record() {
    let inner = ual("Send", json!({}));
    let direct = map_record(&inner, "x").unwrap();
    for wrapped in [json!({"RecordType": "ExchangeItem", "AuditData": inner.to_string()}), json!({"id": "q", "auditData": inner})] {
        let event = map_record(&wrapped, "x").unwrap();
        assert_eq!((event.uid, &event.body), (direct.uid, &direct.body));
    }
}

#[test]
fn a_record_without_an_id_is_known_by_its_content() {
    let mut record = ual("Send", json!({}));
    record.as_object_mut().unwrap().remove("Id");
    let first = map_record(&record, "one spelling").unwrap();
    let again: Value = serde_json::from_str(&serde_json::to_string_pretty(&record).unwrap()).unwrap();
    assert_eq!(map_record(&again, "another").unwrap().uid, first.uid);
    record["UserId"] = json!("bob@corp.example");
    assert_ne!(map_record(&record, "").unwrap().uid, first.uid);
}

#[test]
fn what_is_no_record_says_why() {
    for (record, error) in [
        (json!([]), MapError::NotAnObject),
        (json!({}), MapError::UnknownShape),
        (json!({"category": "x", "properties": {}}), MapError::UnknownShape),
        (json!({"AuditData": 7}), MapError::BadAuditData),
        (json!({"Operation": "Send", "RecordType": 2}), MapError::NoTime),
        (json!({"Operation": "Send", "CreationTime": "0001-01-01T00:00:00"}), MapError::BadTime),
    ] {
        assert_eq!(map_record(&record, "").unwrap_err(), error, "{record}");
    }
}

/// Longer than any cap: texts are cut, lists end.
#[test]
fn giant_fields_are_cut() {
    let long = "é".repeat(100_000);
    let many: Vec<Value> = (0..5_000).map(|n| json!({"Name": format!("p{n}"), "Value": long})).collect();
    let record = ual("Set-Mailbox", json!({"Parameters": many, "ObjectId": long, "UserAgent": long, "SessionId": long}));
    let event = map_record(&record, &long).unwrap();
    assert!(event.raw_data.unwrap().len() <= 64 * 1024);
    match event.body {
        Body::EntityManagement(change) => {
            assert_eq!(change.parameters.len(), 64);
            assert!(change.parameters.iter().all(|(_, value)| value.len() <= 1024));
            assert!(change.entity_name.len() <= 1024 && change.actor.session.unwrap().uid.len() <= 1024);
        }
        other => panic!("{other:?}"),
    }
}

mod never_panics {
    use super::*;
    use proptest::prelude::*;

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            prop_oneof![
                "[0-9:.\\[\\]%a-f]{0,24}",
                Just("2024-03-18T09:15:00".to_owned()),
                Just("a@b.example".to_owned()),
                Just("[{\"MethodType\":7}]".to_owned()),
                Just("New-InboxRule".to_owned()),
                Just("Update user.".to_owned()),
                Just("SignInLogs".to_owned()),
                Just("AuditLogs".to_owned()),
            ]
            .prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(key(), inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn key() -> impl Strategy<Value = String> {
        const KEYS: [&str; 34] = [
            "CreationTime",
            "Operation",
            "Workload",
            "RecordType",
            "UserId",
            "ClientIP",
            "ObjectId",
            "Parameters",
            "Name",
            "Value",
            "Actor",
            "Target",
            "ID",
            "Type",
            "ModifiedProperties",
            "NewValue",
            "OldValue",
            "Folders",
            "Item",
            "ExtendedProperties",
            "category",
            "properties",
            "operationName",
            "createdDateTime",
            "activityDateTime",
            "activityDisplayName",
            "userPrincipalName",
            "ipAddress",
            "status",
            "errorCode",
            "initiatedBy",
            "targetResources",
            "modifiedProperties",
            "AuditData",
        ];
        prop_oneof![8 => prop::sample::select(&KEYS[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn on_any_json(value in json_value()) {
            let _ = map_record(&value, &value.to_string());
        }

        /// Fields of the wrong type never cost a record that names its operation and time.
        #[test]
        fn on_any_field_of_a_record(operation in prop_oneof![Just("UserLoggedIn"), Just("New-InboxRule"), Just("Update user."),
            Just("FileAccessed"), Just("MailItemsAccessed"), Just("UpdateInboxRules"), Just("MemberAdded")], key in key(), value in json_value()) {
            let mut record = ual(operation, json!({}));
            if !["CreationTime", "Operation", "AuditData"].contains(&key.as_str()) {
                record[key] = value;
            }
            prop_assert!(map_record(&record, "").is_ok());
        }
    }
}
