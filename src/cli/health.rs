//! `jura health`: a node's tree of components.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use super::args::HealthArgs;

/// How long a node may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn run(args: &HealthArgs) -> ExitCode {
    match ask(&args.address) {
        Ok((ready, tree)) => {
            if args.json {
                println!("{tree}");
            } else {
                print_tree("node", &tree, 0);
            }
            if ready {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("jura: no answer from {}: {error}", args.address);
            ExitCode::FAILURE
        }
    }
}

/// Whether the node is ready, and its tree. One short request: no HTTP library is worth it.
fn ask(address: &str) -> Result<(bool, serde_json::Value), String> {
    let text = |error: std::io::Error| error.to_string();
    let socket = address
        .to_socket_addrs()
        .map_err(text)?
        .next()
        .ok_or("the name has no address")?;
    let mut stream = TcpStream::connect_timeout(&socket, TIMEOUT).map_err(text)?;
    stream.set_read_timeout(Some(TIMEOUT)).map_err(text)?;
    stream.set_write_timeout(Some(TIMEOUT)).map_err(text)?;
    write!(
        stream,
        "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .map_err(text)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(text)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or("this is no HTTP answer")?;
    let ready = head.starts_with("HTTP/1.1 200");
    let tree = serde_json::from_str(body).map_err(|error| error.to_string())?;
    Ok((ready, tree))
}

fn print_tree(name: &str, tree: &serde_json::Value, depth: usize) {
    let status = tree["status"].as_str().unwrap_or("?");
    let reason = tree["reason"]
        .as_str()
        .map_or_else(String::new, |reason| format!(": {reason}"));
    println!("{:indent$}{name} {status}{reason}", "", indent = depth * 2);
    if let Some(components) = tree["components"].as_object() {
        for (name, component) in components {
            print_tree(name, component, depth + 1);
        }
    }
}
