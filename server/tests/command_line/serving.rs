//! `serve`, from its first request to its last.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::installation::Installation;

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_serves_until_it_is_told_to_stop_and_logs_no_secret() {
    let installation = Installation::with_demo();
    let mut server = installation.serve();
    assert!(get(&server.address, "/health").starts_with("HTTP/1.1 200"));
    assert!(get(&server.address, "/ready").starts_with("HTTP/1.1 200"));
    assert!(get(&server.address, "/login?token=hush").contains("Sign in"));
    assert!(
        get(&server.address, "/acme/.well-known/keylight-keys").contains("\"primary_kid\":\"k1\"")
    );
    let log = server.stop();
    assert!(log.contains("stopping"), "{log}");
    assert!(!log.contains("hush"), "{log}");
}
