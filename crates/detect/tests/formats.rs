//! Every format finds what it describes, and only that. Tokens are made by the tests, so that none stands in the repository.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use detect::{Detector, Reading, Secret, SecretKind};
use knowledge::{Knowledge, SecretFormat, SecretPosition};
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngSeed, TestRunner};

fn names_of(secrets: &[Secret]) -> Vec<&str> {
    secrets
        .iter()
        .map(|secret| match &secret.kind {
            SecretKind::Format { name, .. } => name.as_str(),
            SecretKind::Named { .. } => "named",
        })
        .collect()
}

/// A text in which the token stands as its format expects it.
fn context(format: &SecretFormat, token: &str) -> String {
    match format.position {
        SecretPosition::Around(_) => format!("x = \"{token}\"\n"),
        SecretPosition::Assigned => {
            format!("{}_TOKEN = '{token}';\n", format.keywords.first().unwrap())
        }
    }
}

#[test]
fn every_format_finds_the_tokens_that_it_describes() {
    let detector = Detector::builtin();
    // One seed, so that a run says the same as the last.
    let config = Config {
        rng_seed: RngSeed::Fixed(7),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    for format in &Knowledge::builtin().secrets.formats {
        if format.check.is_some() {
            continue;
        }
        let tokens = string_regex(&format.pattern).unwrap();
        // A drawn token may be a placeholder or of little entropy by chance; that most are found is what the data promises.
        let n_found = (0..40)
            .filter(|_| {
                let token = tokens.new_tree(&mut runner).unwrap().current();
                let found = detector.secrets(&context(format, &token), Reading::Tokens);
                !found.is_empty()
            })
            .count();
        assert!(20 <= n_found, "{}: {n_found} of 40 are found", format.name);
    }
}

#[test]
fn what_looks_similar_is_silent() {
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "integrity sha512-AKIAsomething",
        "postgres://user:${DB_PASSWORD}@db.internal.net/orders",
        "postgres://user:password@db.internal.net/orders",
        "postgres://postgres:s3cr3t9x@localhost:5432/orders",
        "https://registry.npmjs.org/:package@1.2.3",
        "https://user@host.net/path:8080",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1c7\n",
        "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1c7\n",
        "-----BEGIN RSA PRIVATE KEY-----\n<your key here>\n",
        "ghp_0123456789abcdefghijABCDEFGHIJabcdef",
        "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "commit = 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "twilioAccountSid: AC0123456789abcdef0123456789abcdef",
        "password: !Ref DatabasePassword",
        "password: ${self:custom.password}",
        "password = os.environ['DB_PASSWORD']",
        "password: Enter the password of the database",
        "tokenUrl: oauth/token",
        "identitySource: method.request.header.Authorization",
        "secretArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
        "TOKEN_TABLE=tokens-production-2",
        "password = jsondecode(data.secret.string)[\"password1\"]",
        "# Example of valid password: \"MyDBPassword123!\"",
        "\"ClientRequestToken\": \"a8ca07e4-61ec-4399-99f4-19853801bcd5\"",
    ] {
        let found = Detector::builtin().secrets(text, Reading::Settings);
        assert_eq!(names_of(&found), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn settings_that_are_called_like_secrets_are_found_with_their_value_only() {
    for (text, value) in [
        ("DB_PASSWORD=Tr0ub4dor3x\nA=1", "Tr0ub4dor3x"),
        ("\"dbPassword\": \"Tr0ub4dor3x\",", "Tr0ub4dor3x"),
        ("  password: 'Tr0ub4dor3x' # why", "Tr0ub4dor3x"),
        ("db_password  =  \"Tr0ub4dor3x\"", "Tr0ub4dor3x"),
        ("export API_TOKEN=kq83hz72mnb1", "kq83hz72mnb1"),
        (
            r#""body": "{\"password\": \"Tr0ub4dor3x\"}""#,
            "Tr0ub4dor3x",
        ),
    ] {
        let found = Detector::builtin().secrets(text, Reading::Settings);
        let spans: Vec<&str> = found.iter().map(|secret| secret.span.of(text)).collect();
        assert_eq!(spans, [value], "{text}");
        let shown = &found.first().unwrap().shown;
        assert!(!shown.contains(value), "{shown} tells the secret");
        assert!(
            Detector::builtin()
                .secrets(text, Reading::Tokens)
                .is_empty()
        );
    }
}

#[test]
fn hostile_texts_take_bounded_time() {
    for piece in [
        "eyJhbGciOiJIUzI1NiJ9.eyJ",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nVersion: \n",
        "https://a:b",
        "password",
        "password = ",
        "secret_access_key_",
        "postgres://",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let found = Detector::builtin().secrets(&text, Reading::Settings);
        assert!(found.len() <= 200, "{piece}");
    }
}
