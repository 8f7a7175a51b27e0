//! A full disk, a lost or locked database, a shutdown under load, and clients that disconnect:
//! devices get a server error, and the server recovers without a restart.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use futures::FutureExt;
use keywright_store::StoreError;
use keywright_testing::{Engine, TestDatabase};
use serde_json::{Value, json};

use crate::support::{
    device::{SDK_KEY, activate, mint_keys, validate},
    instance::Installation,
    raw_http::{get, sign_in_session, try_send},
};

/// Returns whether the status is a 5xx, on which clients keep their lease. Panics if a 5xx response
/// has no error message or contains a lease.
fn is_server_error((status, answer): &(String, Value)) -> bool {
    let is_server_error = status.starts_with('5');
    if is_server_error {
        assert!(
            answer["error"]
                .as_str()
                .is_some_and(|error| !error.is_empty()),
            "{answer}"
        );
        assert!(answer.get("lease").is_none(), "{answer}");
    }
    is_server_error
}

/// A file size limit on the process looks like a full disk to SQLite, and can be lifted again.
#[cfg(target_os = "linux")]
#[test]
fn full_disk_rejects_writes_until_there_is_space() {
    let mut installation = Installation::with_demo();
    let keys = mint_keys(&installation, 200);
    // Unlike a full disk, the limit raises a signal, which must be ignored.
    installation.shell = Some("trap '' XFSZ; exec \"$@\"");
    let server = installation.serve();
    let database = fs::metadata(installation.data_dir().join("keywright.db")).unwrap();
    server.limit_file_size(&(database.len() + 200_000).to_string());
    let mut activations = Vec::new();
    let mut machine = 0;
    let refused = loop {
        machine += 1;
        assert!(machine < 2_000, "the disk never filled up");
        let key = &keys[machine as usize % keys.len()];
        let answer = activate(&server.address, key, machine);
        if is_server_error(&answer) {
            break answer;
        }
        assert_eq!(answer.0, "200", "{}", answer.1);
        activations.push((key, answer.1["instance_id"].as_str().unwrap().to_owned()));
    };
    assert_eq!(refused.0, "503", "{}", refused.1);
    // Requests that only read still succeed.
    let (key, instance) = &activations[0];
    let (status, answer) = validate(&server.address, key, instance);
    assert_eq!(status, "200", "{answer}");
    assert!(get(&server.address, "/health").starts_with("HTTP/1.1 200"));

    server.limit_file_size("unlimited");
    let (status, answer) = activate(&server.address, &keys[0], 9_999);
    assert_eq!(status, "200", "{answer}");
    for (key, instance) in activations {
        let (status, answer) = validate(&server.address, key, &instance);
        assert_eq!(status, "200", "{answer}");
    }
    assert!(
        installation
            .run_ok("doctor")
            .ends_with("No problems found.\n")
    );
}

/// On Unix a process can keep using a file that was deleted or replaced, but its writes are lost
/// when it exits.
#[cfg(unix)]
#[test]
fn server_recovers_once_a_moved_database_file_is_back() {
    let installation = Installation::with_demo();
    let keys = mint_keys(&installation, 4);
    let mut server = installation.serve();
    let address = server.address.clone();
    let (status, answer) = activate(&address, &keys[0], 1);
    assert_eq!(status, "200", "{answer}");
    let instance = answer["instance_id"].as_str().unwrap();
    let data = installation.data_dir();
    let (file, moved) = (data.join("keywright.db"), data.with_file_name("away"));
    let assert_unavailable = |machine| {
        for answer in [
            activate(&address, &keys[0], machine),
            validate(&address, &keys[0], instance),
        ] {
            assert!(is_server_error(&answer), "{answer:?}");
            assert_eq!(answer.0, "503", "{}", answer.1);
        }
        assert!(get(&address, "/ready").starts_with("HTTP/1.1 503"));
        assert!(get(&address, "/health").starts_with("HTTP/1.1 200"));
    };
    let assert_healthy = |machine| {
        let (status, answer) = activate(&address, &keys[1], machine);
        assert_eq!(status, "200", "{answer}");
        let (status, answer) = validate(&address, &keys[0], instance);
        assert_eq!(status, "200", "{answer}");
        assert!(get(&address, "/ready").starts_with("HTTP/1.1 200"));
    };

    // Move the directory away. A request in the meantime must not create a new one.
    fs::rename(&data, &moved).unwrap();
    assert_unavailable(2);
    server.read_log_until("is missing");
    assert!(!data.exists());
    fs::rename(&moved, &data).unwrap();
    assert_healthy(3);
    server.read_log_until("was restored");

    // Move the file away, then put a copy in its place.
    fs::rename(&file, &moved).unwrap();
    assert_unavailable(4);
    assert!(!file.exists());
    fs::copy(&moved, &file).unwrap();
    assert_unavailable(5);
    fs::rename(&moved, &file).unwrap();
    assert_healthy(6);

    server.stop();
    assert!(
        installation
            .run_ok("doctor")
            .ends_with("No problems found.\n")
    );
    let server = installation.serve();
    let (status, answer) = validate(&server.address, &keys[0], instance);
    assert_eq!(status, "200", "{answer}");
}

/// A TCP proxy between the server and PostgreSQL that can be cut.
struct TcpProxy {
    address: SocketAddr,
    /// Open connections; `None` while the proxy is cut.
    connections: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl TcpProxy {
    fn start(database: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let open = Arc::new(Mutex::new(Some(Vec::new())));
        let shared = open.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut open = shared.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(open) = open.as_mut() else {
                    continue;
                };
                let upstream = TcpStream::connect(database).unwrap();
                for (from, to) in [(&client, &upstream), (&upstream, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || forward(from, to));
                }
                open.extend([client, upstream]);
            }
        });
        Self {
            address,
            connections: open,
        }
    }

    /// Closes every connection and refuses new ones.
    fn cut(&self) {
        let mut open = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for connection in open.take().into_iter().flatten() {
            connection.shutdown(Shutdown::Both).ok();
        }
    }

    fn restore(&self) {
        *self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 16_384];
    while let Ok(read) = from.read(&mut bytes) {
        if read == 0 || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Both).ok();
}

/// Replaces the host and port of `url` with the address that `line` returns for the original.
fn via_proxy(url: &str, line: impl FnOnce(SocketAddr) -> io::Result<SocketAddr>) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let (authority, _) = rest.split_once('/').unwrap();
    let host = authority.rsplit('@').next().unwrap();
    let database = host.to_socket_addrs().unwrap().next().unwrap();
    url.replacen(host, &line(database).unwrap().to_string(), 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn server_reconnects_to_postgres_after_an_outage() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let mut line = None;
    let url = via_proxy(database.url(), |database| {
        Ok(line.insert(TcpProxy::start(database)).address)
    });
    let line = line.unwrap();
    let mut installation = Installation::with_demo_on(&database);
    let keys = mint_keys(&installation, 200);
    installation.database_url = Some(url);
    let server = installation.serve();
    let mut activations = Vec::new();
    for round in 0..3 {
        let (status, answer) = activate(&server.address, &keys[round], 1);
        assert_eq!(status, "200", "round {round}: {answer}");
        activations.push((
            keys[round].clone(),
            answer["instance_id"].as_str().unwrap().to_owned(),
        ));

        // Cut the connection while requests are in flight.
        let answers: Vec<_> = thread::scope(|scope| {
            let requests: Vec<_> = (0..16)
                .map(|number| {
                    let (address, key) = (&server.address, &keys[100 + number]);
                    scope.spawn(move || activate(address, key, 2 + u32::try_from(round).unwrap()))
                })
                .collect();
            line.cut();
            requests
                .into_iter()
                .map(|requests| requests.join().unwrap())
                .collect()
        });
        for answer in &answers {
            assert!(is_server_error(answer) || answer.0 == "200", "{answer:?}");
        }
        assert!(is_server_error(&activate(&server.address, &keys[round], 7)));
        assert!(get(&server.address, "/ready").starts_with("HTTP/1.1 503"));
        assert!(get(&server.address, "/health").starts_with("HTTP/1.1 200"));

        line.restore();
        let (status, answer) = activate(&server.address, &keys[round], 8);
        assert_eq!(status, "200", "round {round}: {answer}");
        assert!(get(&server.address, "/ready").starts_with("HTTP/1.1 200"));
    }
    for (key, instance) in activations {
        let (status, answer) = validate(&server.address, &key, &instance);
        assert_eq!(status, "200", "{answer}");
    }
    assert!(
        installation
            .run_ok("doctor")
            .ends_with("No problems found.\n")
    );
}

/// Another process holds the write lock for longer than a request may wait.
#[tokio::test(flavor = "multi_thread")]
async fn locked_database_rejects_writes_after_a_timeout() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let installation = Installation::with_demo_on(&database);
    let server = installation.serve();
    let other = database.open().await;
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let (began, has_begun) = tokio::sync::oneshot::channel::<()>();
    let holding = tokio::spawn(async move {
        let write = other.write(move |_| {
            async move {
                began.send(()).ok();
                released.await.ok();
                Ok::<_, StoreError>(())
            }
            .boxed()
        });
        write.await
    });
    has_begun.await.unwrap();
    let key = "ACME-PRO0-0000-0001";
    let answer = tokio::task::block_in_place(|| activate(&server.address, key, 1));
    assert!(is_server_error(&answer), "{answer:?}");
    assert_eq!(answer.0, "503", "{}", answer.1);
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    let (status, answer) = tokio::task::block_in_place(|| activate(&server.address, key, 1));
    assert_eq!(status, "200", "{answer}");
}

/// Requests in flight get complete responses, and event streams are closed.
#[test]
fn shutdown_under_load_completes_requests_in_flight() {
    let installation = Installation::with_demo();
    let keys = mint_keys(&installation, 200);
    let mut server = installation.serve();
    let address = server.address.clone();
    // An operator may open at most 32 streams.
    let cookies = ["owner", "admin", "support", "viewer"]
        .map(|name| sign_in_session(&address, &format!("{name}@acme.test")));
    let streams: Vec<_> = (0..100)
        .map(|number| {
            let cookie = &cookies[number % cookies.len()];
            let mut stream = TcpStream::connect(&address).unwrap();
            let head = format!("GET /events?list HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            let mut begin = [0; 15];
            stream.read_exact(&mut begin).unwrap();
            assert_eq!(&begin, b"HTTP/1.1 200 OK");
            stream
        })
        .collect();
    let requests = AtomicU32::new(0);
    let activations = thread::scope(|scope| {
        let devices: Vec<_> = (0..100)
            .map(|number: usize| {
                let (address, requests, key) = (&address, &requests, &keys[number]);
                scope.spawn(move || {
                    let mut activations = None;
                    for machine in 0..10 {
                        requests.fetch_add(1, Ordering::Relaxed);
                        let body =
                            json!({ "license_key": key, "machine_hash": format!("{machine:064}") });
                        let headers = [("X-Keylight-SDK-Key", SDK_KEY)];
                        let path = "/acme/notes/activate";
                        let answer = try_send(address, "POST", path, &headers, &body.to_string());
                        // The server no longer listens, or it closed the connection before it
                        // read the request.
                        let Some((begin, json)) = answer
                            .as_deref()
                            .ok()
                            .and_then(|answer| answer.split_once("\r\n\r\n"))
                        else {
                            break;
                        };
                        assert!(begin.starts_with("HTTP/1.1 200"), "{begin} {json}");
                        let json: Value = serde_json::from_str(json).expect("incomplete response");
                        activations = Some((
                            key.clone(),
                            json["instance_id"].as_str().unwrap().to_owned(),
                        ));
                    }
                    activations
                })
            })
            .collect();
        while requests.load(Ordering::Relaxed) < 150 {
            thread::yield_now();
        }
        // Fails unless the server exits successfully.
        server.stop();
        let activations = devices
            .into_iter()
            .filter_map(|device| device.join().unwrap());
        activations.collect::<Vec<_>>()
    });
    for mut stream in streams {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).ok();
    }
    let server = installation.serve();
    assert!(activations.len() > 10, "{}", activations.len());
    for (key, instance) in activations {
        let (status, answer) = validate(&server.address, &key, &instance);
        assert_eq!(status, "200", "{answer}");
    }
}

/// Clients disconnect during the request, after it, and during the response.
#[cfg(target_os = "linux")]
#[test]
fn disconnected_clients_leak_no_connections() {
    let installation = Installation::with_demo();
    let keys = mint_keys(&installation, 200);
    let server = installation.serve();
    let request = |machine: u32| {
        let body =
            json!({ "license_key": keys[0], "machine_hash": format!("{machine:064}") }).to_string();
        format!(
            "POST /acme/notes/activate HTTP/1.1\r\nHost: x\r\nX-Keylight-SDK-Key: {SDK_KEY}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    // Warm up, so that files that are opened only once are already open.
    assert_eq!(activate(&server.address, &keys[0], 1).0, "200");
    let before = server.count_open_files();
    for cut in (0..request(1).len()).step_by(4) {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(&request(1).as_bytes()[..cut]).unwrap();
    }
    for read in 0..60 {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(request(2).as_bytes()).unwrap();
        let mut begin = vec![0; read];
        stream.read_exact(&mut begin).unwrap();
    }
    // A device that disconnected before the response holds exactly one slot.
    let (status, again) = activate(&server.address, &keys[0], 2);
    assert_eq!(
        (status.as_str(), again["activated"].as_bool()),
        ("200", Some(true))
    );
    assert!(
        installation
            .run_ok("doctor")
            .ends_with("No problems found.\n")
    );
    // Over a hundred clients disconnected. The margin of 40 covers database connections, which
    // are opened on demand.
    let most = before + 40;
    for _ in 0..2_000 {
        if server.count_open_files() <= most {
            break;
        }
        assert!(get(&server.address, "/health").starts_with("HTTP/1.1 200"));
    }
    let left = server.count_open_files();
    assert!(
        left <= most,
        "{left} files are open, {before} were open before"
    );
}
