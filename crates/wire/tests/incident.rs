//! The incident JSON has exactly the fields of the contract.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers fail by panicking")]

mod samples;

use expect_test::expect;
use serde_json::Value;
use weft_wire::{incident_to_ocsf, indicator_to_ocsf, to_canonical_string};

#[test]
fn an_incident_reads_as_documented() {
    let mut value = incident_to_ocsf(&samples::incident());
    // One of three equal indicators is enough to read.
    for list in ["/finding_info_list", "/unmapped/weft/indicators"] {
        value.pointer_mut(list).unwrap().as_array_mut().unwrap().truncate(1);
    }
    expect![[r#"
        {
          "activity_id": 1,
          "activity_name": "Create",
          "assignee_group": {
            "name": "unassigned"
          },
          "attacks": [
            {
              "sub_technique": {
                "uid": "T1078.004"
              },
              "technique": {
                "uid": "T1078"
              }
            },
            {
              "technique": {
                "uid": "T1078"
              }
            },
            {
              "tactic": {
                "name": "initial-access"
              }
            },
            {
              "tactic": {
                "name": "persistence"
              }
            }
          ],
          "category_name": "Findings",
          "category_uid": 2,
          "class_name": "Incident Finding",
          "class_uid": 2005,
          "confidence_score": 96,
          "desc": "Possible hijack of Microsoft 365 account",
          "end_time": 1710926100250,
          "finding_info_list": [
            {
              "analytic": {
                "category": "saas-source",
                "name": "SaaS/Access/Unusual External Source for SaaS Credential Use",
                "type": "Behavioral",
                "type_id": 2
              },
              "attacks": [
                {
                  "sub_technique": {
                    "uid": "T1078.004"
                  },
                  "technique": {
                    "uid": "T1078"
                  }
                },
                {
                  "technique": {
                    "uid": "T1078"
                  }
                },
                {
                  "tactic": {
                    "name": "initial-access"
                  }
                }
              ],
              "data_sources": [
                "email"
              ],
              "first_seen_time": 1710753300250,
              "last_seen_time": 1710753305250,
              "related_events": [
                {
                  "first_seen_time": 1710753300250,
                  "uid": "a7f679cf7cbbc0bc9d390456790053db"
                }
              ],
              "related_events_count": 1,
              "title": "Sign-in from a source never seen for this person",
              "uid": "e23f1d61a74068221e6a07af83e05e34"
            }
          ],
          "metadata": {
            "product": {
              "name": "Weft"
            },
            "profiles": [
              "incident"
            ],
            "uid": "306825d77df30782616d7f2106582659",
            "version": "1.8.0"
          },
          "severity": "Critical",
          "severity_id": 5,
          "start_time": 1710753300250,
          "status": "New",
          "status_id": 1,
          "time": 1710926100250,
          "type_uid": 200501,
          "unmapped": {
            "weft": {
              "coverage": [
                {
                  "domain": "saas",
                  "end": 1710756900250,
                  "start": 1710753300250,
                  "text": "audit log 1 h late"
                }
              ],
              "decisions": [
                {
                  "bits": 4.5,
                  "indicator_uid": "b983b84dc6cc5f3b996be9570e6eea70",
                  "kind": "joined",
                  "other_uid": "e23f1d61a74068221e6a07af83e05e34",
                  "text": "the second joined the first",
                  "time": 1710753300250,
                  "via": "person:ann@corp.example"
                }
              ],
              "domains": [
                "email",
                "saas",
                "network"
              ],
              "entities": [
                {
                  "aliases": [
                    "7a1d-02"
                  ],
                  "kind": "person",
                  "name": "Ann Arbor",
                  "role": "compromised account",
                  "uid": "person:ann@corp.example"
                }
              ],
              "evidence_bits": 31.417,
              "exposed": [
                {
                  "acts": [
                    {
                      "act": "received",
                      "event_uid": "0de5efff76d9bfd1dca1693fe804c551",
                      "time": 1710753300250
                    }
                  ],
                  "is_patient_zero": true,
                  "name": "Ann Arbor",
                  "uid": "person:ann@corp.example"
                }
              ],
              "indicators": [
                {
                  "bits": 15.003,
                  "domain": "email",
                  "end_time": 1710753305250,
                  "entities": [
                    "person:ann@corp.example",
                    "ip:203.0.113.80"
                  ],
                  "event_uids": [
                    "a7f679cf7cbbc0bc9d390456790053db"
                  ],
                  "evidence_bits": 4.488,
                  "family": "saas-source",
                  "model": "SaaS/Access/Unusual External Source for SaaS Credential Use",
                  "p": 0.000030517578125,
                  "score": 82,
                  "tactics": [
                    "initial-access"
                  ],
                  "techniques": [
                    "T1078.004",
                    "T1078"
                  ],
                  "time": 1710753300250,
                  "title": "Sign-in from a source never seen for this person",
                  "title_ja": "この利用者では未確認の接続元からのサインイン",
                  "uid": "e23f1d61a74068221e6a07af83e05e34",
                  "why": [
                    {
                      "bits": 10.002,
                      "expected": "198.51.100.0/24",
                      "feature": "source address",
                      "n": 412,
                      "observed": "203.0.113.80",
                      "peer": "Finance"
                    },
                    {
                      "bits": 5.001,
                      "expected": "198.51.100.0/24",
                      "feature": "country",
                      "n": 412,
                      "observed": "203.0.113.80",
                      "peer": "Finance"
                    }
                  ]
                }
              ],
              "iocs": [
                {
                  "first_seen": 1710753300250,
                  "role": "unusual sign-in source",
                  "type": "ip",
                  "value": "203.0.113.80"
                }
              ],
              "links": [
                {
                  "bits": 4.5,
                  "from": "e23f1d61a74068221e6a07af83e05e34",
                  "reason": "same person within 6 h",
                  "to": "b983b84dc6cc5f3b996be9570e6eea70",
                  "via": "person:ann@corp.example"
                }
              ],
              "merged_from": [
                "09090909090909090909090909090909"
              ],
              "narrative": {
                "clauses": [
                  {
                    "event_uids": [
                      "0de5efff76d9bfd1dca1693fe804c551"
                    ],
                    "indicator_uids": [
                      "e23f1d61a74068221e6a07af83e05e34"
                    ],
                    "text": {
                      "en": "Ann received a mail.",
                      "ja": "Ann にメールが届いた。"
                    },
                    "time": 1710753300250
                  }
                ],
                "en": "Ann received a mail.",
                "ja": "Ann にメールが届いた。",
                "recipient": {
                  "en": "Do not answer.",
                  "ja": "返信しないでください。"
                }
              },
              "recommended": [
                {
                  "action": "disable_account",
                  "effect": {
                    "en": "Nobody can use it.",
                    "ja": "誰も使えなくなる。"
                  },
                  "mode": "would_have",
                  "reason": {
                    "en": "It is hijacked.",
                    "ja": "乗っ取られている。"
                  },
                  "target": "person:ann@corp.example",
                  "text": "Disable the account",
                  "text_ja": "アカウントを無効にする"
                }
              ],
              "revision": 1,
              "score": 96.25,
              "search_aliases": [
                "Possible hijack of Office365 account"
              ],
              "tactics": [
                "initial-access",
                "persistence"
              ],
              "timeline": [
                {
                  "domain": "email",
                  "event_uids": [
                    "0de5efff76d9bfd1dca1693fe804c551"
                  ],
                  "indicator_uid": "e23f1d61a74068221e6a07af83e05e34",
                  "text": "A mail with a link arrived",
                  "text_ja": "リンクを含むメールが届きました",
                  "time": 1710753300250
                },
                {
                  "domain": "network",
                  "event_uids": [
                    "0de5efff76d9bfd1dca1693fe804c551"
                  ],
                  "question": {
                    "en": "Who visited it?",
                    "ja": "誰が接続したか。"
                  },
                  "text": "The link was opened",
                  "text_ja": "",
                  "time": 1710753300251
                }
              ],
              "title_ja": "Microsoft 365 アカウント乗っ取りの疑い"
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn a_finding_reads_as_documented() {
    let value = indicator_to_ocsf(&samples::indicator("x", weft_model::Domain::Saas, 15.003));
    expect![[r#"
        {
          "activity_id": 1,
          "activity_name": "Create",
          "anomaly_analyses": [
            {
              "analysis_targets": [
                {
                  "name": "ann@corp.example",
                  "type": "person"
                },
                {
                  "name": "203.0.113.80",
                  "type": "ip"
                }
              ],
              "anomalies": [
                {
                  "observation_parameter": "source address",
                  "observations": [
                    {
                      "value": "203.0.113.80"
                    }
                  ]
                },
                {
                  "observation_parameter": "country",
                  "observations": [
                    {
                      "value": "203.0.113.80"
                    }
                  ]
                }
              ],
              "baselines": [
                {
                  "observation_parameter": "source address",
                  "observation_type": "Finance",
                  "observations": [
                    {
                      "count": 412,
                      "value": "198.51.100.0/24"
                    }
                  ]
                },
                {
                  "observation_parameter": "country",
                  "observation_type": "Finance",
                  "observations": [
                    {
                      "count": 412,
                      "value": "198.51.100.0/24"
                    }
                  ]
                }
              ]
            }
          ],
          "category_name": "Findings",
          "category_uid": 2,
          "class_name": "Detection Finding",
          "class_uid": 2004,
          "confidence_score": 82,
          "end_time": 1710753305250,
          "finding_info": {
            "analytic": {
              "category": "saas-source",
              "name": "SaaS/Access/Unusual External Source for SaaS Credential Use",
              "type": "Behavioral",
              "type_id": 2
            },
            "attacks": [
              {
                "sub_technique": {
                  "uid": "T1078.004"
                },
                "technique": {
                  "uid": "T1078"
                }
              },
              {
                "technique": {
                  "uid": "T1078"
                }
              },
              {
                "tactic": {
                  "name": "initial-access"
                }
              }
            ],
            "data_sources": [
              "saas"
            ],
            "first_seen_time": 1710753300250,
            "last_seen_time": 1710753305250,
            "related_events": [
              {
                "first_seen_time": 1710753300250,
                "uid": "a7f679cf7cbbc0bc9d390456790053db"
              }
            ],
            "related_events_count": 1,
            "title": "Sign-in from a source never seen for this person",
            "uid": "555e68663362acbac24c3b7b0b0dbc25"
          },
          "is_alert": false,
          "metadata": {
            "product": {
              "name": "Weft"
            },
            "uid": "555e68663362acbac24c3b7b0b0dbc25",
            "version": "1.8.0"
          },
          "severity": "High",
          "severity_id": 4,
          "start_time": 1710753300250,
          "time": 1710753300250,
          "type_uid": 200401,
          "unmapped": {
            "weft": {
              "bits": 15.003,
              "domain": "saas",
              "end_time": 1710753305250,
              "entities": [
                "person:ann@corp.example",
                "ip:203.0.113.80"
              ],
              "event_uids": [
                "a7f679cf7cbbc0bc9d390456790053db"
              ],
              "evidence_bits": 6.125,
              "family": "saas-source",
              "model": "SaaS/Access/Unusual External Source for SaaS Credential Use",
              "p": 0.000030517578125,
              "score": 82,
              "tactics": [
                "initial-access"
              ],
              "techniques": [
                "T1078.004",
                "T1078"
              ],
              "time": 1710753300250,
              "title": "Sign-in from a source never seen for this person",
              "title_ja": "この利用者では未確認の接続元からのサインイン",
              "uid": "555e68663362acbac24c3b7b0b0dbc25",
              "why": [
                {
                  "bits": 10.002,
                  "expected": "198.51.100.0/24",
                  "feature": "source address",
                  "n": 412,
                  "observed": "203.0.113.80",
                  "peer": "Finance"
                },
                {
                  "bits": 5.001,
                  "expected": "198.51.100.0/24",
                  "feature": "country",
                  "n": 412,
                  "observed": "203.0.113.80",
                  "peer": "Finance"
                }
              ]
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn parts_add_up_to_the_thousandth() {
    let value = incident_to_ocsf(&samples::incident());
    let weft = &value["unmapped"]["weft"];
    let thousandths = |value: &Value| (value.as_f64().unwrap() * 1000.0).round() as i64;
    let indicators = weft["indicators"].as_array().unwrap();
    assert_eq!(indicators.iter().map(|i| thousandths(&i["evidence_bits"])).sum::<i64>(), thousandths(&weft["evidence_bits"]));
    for indicator in indicators {
        let why = indicator["why"].as_array().unwrap();
        assert_eq!(why.iter().map(|w| thousandths(&w["bits"])).sum::<i64>(), thousandths(&indicator["bits"]));
    }
}

#[test]
fn the_text_is_one_line_and_stable() {
    let text = to_canonical_string(&incident_to_ocsf(&samples::incident()));
    assert!(!text.contains('\n'));
    assert_eq!(text, to_canonical_string(&serde_json::from_str(&text).unwrap()));
}
