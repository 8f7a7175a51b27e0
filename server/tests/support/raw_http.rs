//! Requests to a server that runs, byte for byte as they are written.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

pub(crate) fn get(address: &str, path: &str) -> String {
    send(address, "GET", path, &[], "")
}

/// Gives the whole answer: status line, headers and body.
pub(crate) fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    try_send(address, method, path, headers, body).unwrap()
}

/// The same of a server that may go away.
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
