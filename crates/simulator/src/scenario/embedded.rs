//! The scenarios that come with the program: one line a folder of `integration-tests/scenarios/`.

macro_rules! embedded {
    ($($name:literal)*) => {
        /// Names and texts.
        pub const EMBEDDED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../integration-tests/scenarios/", $name, "/scenario.yaml")))),*];
    };
}

embedded! {
    "benign-month"
    "case-a"
    "case-e1"
    "case-e2"
    "case-e3"
    "case-e4"
}
