//! A minimal HTTP client that writes requests to a running server byte for byte.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

pub(crate) fn get(address: &str, path: &str) -> String {
    send(address, "GET", path, &[], "")
}

/// Returns the whole response: status line, headers and body.
pub(crate) fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    try_send(address, method, path, headers, body).unwrap()
}

/// Signs an operator in and returns the whole response. A `+` in the password encodes a space.
pub(crate) fn sign_in(address: &str, email: &str, password: &str) -> String {
    let form = format!("email={email}&password={password}").replace('@', "%40");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send(address, "POST", "/session", &headers, &form)
}

/// Signs in as a demo operator and returns the session cookie.
pub(crate) fn sign_in_session(address: &str, email: &str) -> String {
    let answer = sign_in(address, email, "keywright-demo");
    let (_, cookie) = answer.split_once("set-cookie: ").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Like [`send`], for a server that may go away.
pub(crate) fn try_send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<String> {
    let length = body.len();
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    )?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    write!(stream, "\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
