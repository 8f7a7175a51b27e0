//! No page, log, database, backup or URL leaks a secret. License keys and SDK keys are shown once,
//! to the operator who created them; passwords, session tokens and the master key are never shown.

use data_encoding::{BASE64, HEXLOWER};
use keywright_service::{signing_keys::master_key::MasterKey, testing::private_signing_key};
use keywright_testing::{Engine, TestDatabase, engine_test};
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::support::{
    instance::{Installation, MASTER_KEY, RunningServer, path_str, utf8},
    raw_http::{send, sign_in_session},
};

/// Captured outputs that must not contain a secret, with the name of their source.
#[derive(Default)]
struct CapturedOutput(Vec<(String, Vec<u8>)>);

impl CapturedOutput {
    fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.to_owned(), bytes.into()));
    }

    /// Fails if two neighboring groups of the key appear together in any spelling. A masked key
    /// shows no neighboring groups.
    fn assert_no_key(&self, key: &str) {
        let groups: Vec<&str> = key.split('-').skip(1).collect();
        for (name, bytes) in &self.0 {
            let plain = normalize(bytes);
            for neighbors in groups.windows(2) {
                assert!(!contains(&plain, &neighbors.concat()), "{key} is in {name}");
            }
        }
    }

    /// Like [`Self::assert_no_key`], for a secret with only one spelling.
    fn assert_no_secret(&self, what: &str, secret: &str) {
        self.assert_no_secret_bytes(what, secret.as_bytes());
    }

    fn assert_no_secret_bytes(&self, what: &str, secret: &[u8]) {
        for (name, bytes) in &self.0 {
            let has = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!has, "the {what} is in {name}");
        }
    }

    fn contains(&self, name: &str, text: &str) -> bool {
        self.0
            .iter()
            .any(|(place, bytes)| place == name && contains(bytes, text))
    }
}

/// Removes the separators that people type in a key, and converts to uppercase.
fn normalize(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.iter().filter(|byte| !b"- +".contains(byte));
    kept.map(u8::to_ascii_uppercase).collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// An operator with a browser session.
struct Operator<'a> {
    server: &'a RunningServer,
    origin: String,
    cookie: String,
}

impl<'a> Operator<'a> {
    fn sign_in(server: &'a RunningServer) -> Self {
        Self {
            server,
            origin: format!("http://{}", server.address),
            cookie: sign_in_session(&server.address, "support@acme.test"),
        }
    }

    fn get(&self, path: &str) -> String {
        let headers = [("Cookie", self.cookie.as_str())];
        send(&self.server.address, "GET", path, &headers, "")
    }

    fn post(&self, path: &str, form: &str) -> String {
        self.send(path, "application/x-www-form-urlencoded", form)
    }

    /// Calls a server function as a page script does.
    fn call(&self, function: &str, arguments: &Value) -> String {
        let path = format!("/fn/licenses/{function}");
        self.send(&path, "application/json", &arguments.to_string())
    }

    fn send(&self, path: &str, content_type: &str, body: &str) -> String {
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("Origin", &self.origin),
            ("Content-Type", content_type),
        ];
        send(&self.server.address, "POST", path, &headers, body)
    }
}

/// Runs a key through activation, validation and deactivation as people type it, sends invalid
/// requests as well, and returns all responses.
fn exercise_key(server: &RunningServer, sdk_key: &str, key: &str) -> Vec<String> {
    let post = |path: &str, body: &str| {
        let headers = [("X-Keylight-SDK-Key", sdk_key)];
        send(&server.address, "POST", path, &headers, body)
    };
    let typed = key.replace('-', " ").to_lowercase();
    let body = |key: &str| json!({ "license_key": key, "instance_name": "Mac" }).to_string();
    let activated = post("/acme/notes/activate", &body(&typed));
    let (_, json) = activated.split_once("\r\n\r\n").unwrap();
    let json: Value = serde_json::from_str(json).unwrap();
    let instance = json["instance_id"].as_str().unwrap().to_owned();
    let instance_body = json!({ "license_key": key, "instance_id": instance }).to_string();
    let answers = vec![
        post("/acme/notes/validate", &instance_body),
        post("/acme/notes/deactivate", &instance_body),
        post("/acme/notes/validate", &instance_body),
        post("/acme/studio/activate", &body(key)),
        post("/acme/notes/activate", &body(key)[..40]),
        post(&format!("/acme/notes/activate?license_key={key}"), "{}"),
        post(&format!("/acme/{key}/activate"), &body(key)),
    ];
    let statuses: Vec<&str> = answers.iter().map(|answer| &answer[9..12]).collect();
    assert_eq!(
        statuses,
        ["200", "200", "422", "404", "400", "400", "404"],
        "{answers:?}"
    );
    [vec![activated], answers].concat()
}

/// Passwords of the demo operators and of [`exercise_passwords`].
const PASSWORDS: [&str; 4] = [
    "keywright-demo",
    "a-first-password",
    "a-wrong-password",
    "another-password",
];

/// Creates an account, signs in with a right and a wrong password, and changes the password.
fn exercise_passwords(
    installation: &Installation,
    server: &RunningServer,
    places: &mut CapturedOutput,
) {
    let account = "--tenant acme --email new@acme.test";
    let add = format!("operator create --role owner {account}");
    let added = installation.run_with_input(&add, "a-first-password\n");
    assert!(added.status.success(), "{}", utf8(&added.stderr));
    places.add("the log of `operator create`", added.stderr);
    for (password, status) in [("a-first-password", "303"), ("a-wrong-password", "401")] {
        let form = format!("email=new%40acme.test&password={password}");
        let form_type = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = send(&server.address, "POST", "/session", &form_type, &form);
        assert_eq!(&answer[9..12], status);
        // Check only the page, because the headers contain the session cookie.
        let (_, page) = answer.split_once("\r\n\r\n").unwrap();
        places.add("a page", page);
    }
    let change = format!("operator set-password {account}");
    let changed = installation.run_with_input(&change, "another-password\n");
    assert!(changed.status.success(), "{}", utf8(&changed.stderr));
    places.add("the log of `operator set-password`", changed.stderr);
}

/// Searches for the key with the form and with the server function.
fn search_for_key(operator: &Operator<'_>, key: &str, places: &mut CapturedOutput) {
    let typed = key.replace('-', "+").to_lowercase();
    let found = operator.post("/licenses/find", &format!("q={typed}&status=active"));
    places.add("a page", found);
    let called = operator.call("find", &json!({ "term": key }));
    places.add("answers", called);
}

fn rotate_sdk_key(installation: &Installation) -> String {
    let output = installation.run_ok("sdk-key rotate --tenant acme");
    let key = output
        .split_whitespace()
        .find(|word| word.starts_with("sdk_live_"));
    key.unwrap().to_owned()
}

fn backup(installation: &Installation) -> Vec<u8> {
    let file = installation.data_dir().with_file_name("backup.db");
    installation.run_ok(&format!("backup {}", path_str(&file)));
    std::fs::read(file).unwrap()
}

/// Mints a license with the form and returns its key. Submitting the form again must not show the
/// key.
fn mint_in_browser(operator: &Operator<'_>, places: &mut CapturedOutput) -> String {
    let output = Selector::parse("output").unwrap();
    let form = "form_id=00000000-0000-4000-8000-000000000001&key_type=notes/pro&count=1";
    let shown = operator.post("/licenses/mint", form);
    let html = Html::parse_document(&shown);
    let browser_key: String = html.select(&output).next().unwrap().text().collect();
    places.add("a page", operator.post("/licenses/mint", form));
    places.add("a page", operator.get("/licenses/mint"));
    browser_key
}

async fn assert_no_private_key(places: &CapturedOutput, database: &TestDatabase) {
    let (store, tenant) = (database.open().await, "acme".parse().unwrap());
    let master_key = MasterKey::from_base64(MASTER_KEY).unwrap();
    let private = private_signing_key(&store, &master_key, &tenant).await;
    places.assert_no_secret("private key, in hex,", &HEXLOWER.encode(&private));
    places.assert_no_secret("private key", BASE64.encode(&private).trim_end_matches('='));
    places.assert_no_secret_bytes("private key, as raw bytes,", &private);
}

#[engine_test]
#[expect(clippy::too_many_lines, reason = "one scenario, step by step")]
async fn secrets_do_not_leak(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let mut installation = Installation::empty();
    (installation.database_url, installation.master_key) =
        (Some(database.url().into()), Some(MASTER_KEY.into()));
    // Log everything, including what dependencies log.
    installation.log_filter = Some("trace");
    let demo: Value = serde_json::from_str(&installation.run_ok("demo --json")).unwrap();
    let sdk_key = demo["sdk_key"].as_str().unwrap();
    let mut places = CapturedOutput::default();

    let mint = "mint --json --tenant acme --product notes --key-type pro";
    let minted = installation.run(mint);
    places.add("the log of `mint`", minted.stderr);
    let minted: Value = serde_json::from_str(&utf8(&minted.stdout)).unwrap();
    let old = minted["license_key"].as_str().unwrap();
    let page = format!("/licenses/{}", minted["id"].as_str().unwrap());

    let new_sdk_key = rotate_sdk_key(&installation);
    let mut server = installation.serve_with("--metrics-listen 127.0.0.1:0");
    let operator = Operator::sign_in(&server);
    exercise_passwords(&installation, &server, &mut places);
    places.add("answers", exercise_key(&server, &new_sdk_key, old).concat());
    let wrong_sdk_key = new_sdk_key.replace("sdk_live_", "sdk_live_0");
    let headers = [("X-Keylight-SDK-Key", wrong_sdk_key.as_str())];
    places.add(
        "answers",
        send(
            &server.address,
            "POST",
            "/acme/notes/validate",
            &headers,
            "{}",
        ),
    );
    places.add("a page", operator.get("/settings/sdk-key"));
    places.add("answers", exercise_key(&server, sdk_key, old).concat());
    let shown = operator.post(&format!("{page}/remint"), "");
    let html = Html::parse_document(&shown);
    let output = Selector::parse("output").unwrap();
    let new: String = html.select(&output).next().unwrap().text().collect();
    let stored = Selector::parse("main .button-row a").unwrap();
    let successor = html.select(&stored).next().unwrap().attr("href").unwrap();
    places.add("answers", exercise_key(&server, sdk_key, &new).concat());
    for path in [
        "/licenses",
        &page,
        &format!("{page}/remint"),
        successor,
        &format!("{successor}/remint"),
        &format!("{successor}/revoke"),
        &format!("/licenses/{old}"),
        &format!("/{new}"),
    ] {
        places.add("a page", operator.get(path));
    }
    // Remint once more, this time with the server function.
    let id = successor.rsplit('/').next().unwrap();
    let shown = operator.call("remint", &json!({ "license_id": id }));
    let (_, shown) = shown.split_once("\r\n\r\n").unwrap();
    let shown: Value = serde_json::from_str(shown).unwrap();
    let newest = shown["key"].as_str().unwrap();
    places.add("answers", exercise_key(&server, sdk_key, newest).concat());
    let browser_key = mint_in_browser(&operator, &mut places);
    places.add(
        "answers",
        exercise_key(&server, sdk_key, &browser_key).concat(),
    );
    let unknown_key = "ACME-2345-6789-ABCD-EFGH";
    for key in [old, &new, newest, &browser_key, unknown_key] {
        search_for_key(&operator, key, &mut places);
    }
    // Type a key into the wrong field.
    let form = format!("email=support%40acme.test&password={old}");
    places.add("a page", operator.post("/session", &form));

    let token = operator.cookie.split_once('=').unwrap().1.to_owned();
    let metrics = server.logged_address("serving metrics on");
    places.add("the metrics", send(&metrics, "GET", "/metrics", &[], ""));
    if engine == Engine::Sqlite {
        places.add("the backup", backup(&installation));
    }
    places.add("the database", database.dump_contents().await);
    places.add("the log", server.stop());
    places.add("the database", database.dump_contents().await);

    // Verify that the outputs were captured.
    let id = minted["id"].as_str().unwrap();
    assert!(places.contains("the database", id) && places.contains("a page", id));
    assert!(places.contains("the log", "/{tenant}/{product}/activate"));
    for key in [old, &new, newest, &browser_key, unknown_key] {
        assert_eq!((key.len(), key.matches('-').count()), (24, 4), "{key}");
        places.assert_no_key(key);
    }
    for (what, secret) in [
        ("SDK key", sdk_key),
        ("new SDK key", &new_sdk_key),
        ("wrong SDK key", &wrong_sdk_key),
        ("session token", &token),
        ("master key", MASTER_KEY),
    ] {
        assert!(secret.len() > 40, "{what}");
        places.assert_no_secret(what, secret);
    }
    assert_no_private_key(&places, &database).await;
    for password in PASSWORDS {
        places.assert_no_secret("password", password);
    }
}
