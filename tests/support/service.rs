//! A service on loopback that answers as a test wants, in every bad way too.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Body(Vec<u8>),
    Status(u16),
    Redirect(String),
    /// Bytes without end.
    Endless,
    /// A length header of this many bytes, and one byte.
    Announce(u64),
    /// No answer, and the connection stays.
    Silence,
    Close,
}

type Handler = dyn Fn(&Asked) -> Answer + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    seen: Mutex<Vec<Asked>>,
    open: Mutex<Vec<TcpStream>>,
    dead: AtomicBool,
}

/// A running service; dropping it stops it.
pub(crate) struct Service {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Service {
    pub(crate) fn start(handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            seen: Mutex::default(),
            open: Mutex::default(),
            dead: AtomicBool::new(false),
        });
        let server = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.dead.load(Ordering::SeqCst) {
                    return;
                }
                server.open.lock().unwrap().push(stream.try_clone().unwrap());
                let server = server.clone();
                std::thread::spawn(move || server.talk(stream));
            }
        });
        Self { address, shared }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Asked> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.shared.dead.store(true, Ordering::SeqCst);
        for stream in self.shared.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the listener, which then lets go of the port.
        let _ = TcpStream::connect(self.address);
    }
}

/// A URL of a port on which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

impl Shared {
    fn talk(&self, stream: TcpStream) {
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        while let Some(asked) = request(&mut reader) {
            self.seen.lock().unwrap().push(asked.clone());
            if !write(&mut writer, (self.handler)(&asked)) {
                break;
            }
        }
        let _ = writer.shutdown(Shutdown::Both);
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body })
}

/// Answers; `false`: the connection ends.
fn write(out: &mut TcpStream, answer: Answer) -> bool {
    let head = |status: u16, length: u64, more: &str| {
        format!("HTTP/1.1 {status} X\r\n{more}content-length: {length}\r\n\r\n").into_bytes()
    };
    let whole = match answer {
        Answer::Body(body) => [head(200, body.len() as u64, ""), body].concat(),
        Answer::Status(status) => head(status, 0, ""),
        Answer::Redirect(target) => head(302, 0, &format!("location: {target}\r\n")),
        Answer::Announce(size) => [head(200, size, ""), vec![b'x']].concat(),
        Answer::Silence => return true,
        Answer::Close => return false,
        Answer::Endless => {
            let mut good = out.write_all(b"HTTP/1.1 200 X\r\n\r\n").is_ok();
            while good {
                good = out.write_all(&[b'x'; 65_536]).is_ok();
            }
            return false;
        }
    };
    out.write_all(&whole).is_ok()
}
