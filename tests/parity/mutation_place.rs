//! Where in a document a byte is: the path of the JSON value that it belongs to.

/// The path of the value at a byte: `/dsseEnvelope/signatures/keyid`, with ` (name)` where the byte is of the member's name,
/// and the path of the object or list for what stands between. `None`: the document is no JSON.
pub(crate) fn path(document: &[u8], at: usize) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(document).ok()?;
    let mut walk = Walk { document, at: 0, wanted: at, found: None };
    walk.value("");
    walk.found
}

struct Walk<'a> {
    document: &'a [u8],
    at: usize,
    wanted: usize,
    found: Option<String>,
}

impl Walk<'_> {
    fn blank(&mut self) {
        while self.document.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    /// The inner places are seen first, and keep the byte.
    fn ends(&mut self, from: usize, path: &str) {
        if self.found.is_none() && (from..self.at).contains(&self.wanted) {
            self.found = Some(path.to_owned());
        }
    }

    fn text(&mut self) -> String {
        let from = self.at;
        self.at += 1;
        while self.document[self.at] != b'"' {
            self.at += 1 + usize::from(self.document[self.at] == b'\\');
        }
        self.at += 1;
        serde_json::from_slice(&self.document[from..self.at]).unwrap()
    }

    fn value(&mut self, path: &str) {
        self.blank();
        let from = self.at;
        match self.document[self.at] {
            b'{' => self.members(path),
            b'[' => self.items(path),
            b'"' => drop(self.text()),
            _ => {
                let sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                while self.document.get(self.at).is_some_and(sign) {
                    self.at += 1;
                }
            }
        }
        self.ends(from, path);
    }

    fn members(&mut self, path: &str) {
        self.at += 1;
        loop {
            self.blank();
            match self.document[self.at] {
                b'"' => {
                    let from = self.at;
                    let name = self.text();
                    let path = format!("{path}/{name}");
                    self.ends(from, &format!("{path} (name)"));
                    self.blank();
                    self.at += 1;
                    self.value(&path);
                }
                last => {
                    self.at += 1;
                    if last == b'}' {
                        return;
                    }
                }
            }
        }
    }

    fn items(&mut self, path: &str) {
        self.at += 1;
        loop {
            self.blank();
            match self.document[self.at] {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return;
                }
                _ => self.value(path),
            }
        }
    }
}

#[test]
fn every_byte_has_its_place() {
    let document = br#"{"a": [{"b": "x\"y"}, 12], "c": {}}"#;
    let at = |text: &str| String::from_utf8_lossy(document).find(text).unwrap();
    for (text, wanted) in [
        ("b\"", "/a/b (name)"),
        ("y", "/a/b"),
        ("2]", "/a"),
        ("{}", "/c"),
        ("\"c", "/c (name)"),
        (", 12", "/a"),
    ] {
        assert_eq!(path(document, at(text)).as_deref(), Some(wanted), "{text}");
    }
    assert_eq!(path(b"-----BEGIN", 1), None);
}
