//! A running program with its screen: keys in, the picture that a terminal would show out.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a test waits for the screen to show something.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program in a terminal.
pub(crate) struct Session {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    /// Every byte that the program has written.
    pub(crate) bytes: Vec<u8>,
    /// Home and working directory of the program.
    pub(crate) home: tempfile::TempDir,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Session {
    /// Starts `sigscope ARGUMENTS` in a terminal of this size.
    pub(crate) fn start(arguments: &[&str], columns: u16, rows: u16, variables: &[(&str, &str)]) -> Self {
        Self::of(Path::new(env!("CARGO_BIN_EXE_sigscope")), arguments, columns, rows, variables)
    }

    /// Starts another program in a terminal of this size.
    pub(crate) fn of(
        program: &Path,
        arguments: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("HOME", home.path());
        command.cwd(home.path());
        command.env("LANG", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        command.args(arguments);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            output,
            parser: vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0),
            bytes: Vec::new(),
            home,
        }
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        self
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.master.resize(size(columns, rows)).unwrap();
        self.parser.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.parser.process(bytes);
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("never saw {what}:\n{screen}"),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before {what}:\n{screen}"),
            }
        }
    }

    /// Waits until the screen shows a text.
    pub(crate) fn shows(&mut self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    /// Takes what comes until nothing comes any more: for pictures that are made anew, not for tests.
    pub(crate) fn quiet(&mut self) -> String {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_secs(2)) {
            self.take(&bytes);
        }
        self.screen()
    }

    /// Waits until the program has ended; its status.
    pub(crate) fn ends(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(bytes) = self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.take(&bytes);
        }
        assert!(Instant::now() < deadline, "the program did not end:\n{}", self.screen());
        self.child.wait().unwrap().exit_code()
    }

    /// Waits until the terminal is given back.
    pub(crate) fn given_back(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.taken() {
            let left = deadline.saturating_duration_since(Instant::now());
            let bytes = self.output.recv_timeout(left).expect("the terminal is never given back");
            self.take(&bytes);
        }
    }

    /// True while the terminal shows the program's own screen.
    pub(crate) fn taken(&self) -> bool {
        self.parser.screen().alternate_screen()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
