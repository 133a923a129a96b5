//! What librdkafka reports, as the bus's errors: which of them mean what to the operator.

use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;
use weft_bus::BusError;

/// An error of ours about the cluster or its settings.
pub(crate) fn broker(doing: impl Into<String>, hint: impl Into<String>) -> BusError {
    BusError::Broker { doing: doing.into(), hint: hint.into(), source: None }
}

/// A client error with what to do about it.
pub(crate) fn client(doing: impl Into<String>, source: KafkaError) -> BusError {
    let hint = match (&source, source.rdkafka_error_code()) {
        (KafkaError::ClientConfig(_, why, name, _), _) => format!("correct the setting {name} ({why})"),
        (KafkaError::ClientCreation(why), _) => format!("correct the Kafka settings ({why})"),
        (_, Some(code)) => hint(code).to_owned(),
        _ => "see the cause and the broker's log".to_owned(),
    };
    BusError::Broker { doing: doing.into(), hint, source: Some(Box::new(source)) }
}

/// What to check when the cluster answers with `code`.
pub(crate) fn hint(code: Code) -> &'static str {
    match code {
        Code::BrokerTransportFailure | Code::AllBrokersDown | Code::OperationTimedOut | Code::RequestTimedOut | Code::Resolve => {
            "no broker answers: check the brokers' addresses, the network and that Kafka runs"
        }
        Code::MessageTimedOut => {
            "no broker acknowledged in time: check that Kafka runs and that every partition has a leader, then publish again"
        }
        Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => "too few replicas are in sync: bring the missing brokers back",
        Code::Authentication | Code::SaslAuthenticationFailed | Code::UnsupportedSASLMechanism | Code::SSL => {
            "check security.protocol, the sasl.* and the ssl.* settings"
        }
        Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed | Code::GroupAuthorizationFailed => {
            "grant this user Describe, Read, Write and Create on the topics and Read on the group, or create the topics yourself"
        }
        Code::MessageSizeTooLarge | Code::InvalidMessageSize => "raise the topic's max.message.bytes to 9000000",
        Code::UnknownTopic | Code::UnknownTopicOrPartition => "the topic is missing: create it, or allow this user to",
        Code::PolicyViolation => "the cluster's policy refuses such topics: create them yourself",
        _ => "see the cause and the broker's log",
    }
}

/// Whether waiting cannot help: the operator has to act.
pub(crate) fn needs_operator(code: Code) -> bool {
    matches!(
        code,
        Code::Authentication
            | Code::SaslAuthenticationFailed
            | Code::UnsupportedSASLMechanism
            | Code::TopicAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::GroupAuthorizationFailed
    )
}
