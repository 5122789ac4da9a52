//! Takes the terminal over and gives it back, whatever happens in between.

use std::fs::DirBuilder;
use std::io::{self, Stdout, Write, stdout};
use std::os::unix::fs::DirBuilderExt;
use std::process::Command;
use std::sync::Once;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

static HOOK: Once = Once::new();

/// The terminal while the program has it; dropping it gives the terminal back.
pub struct Screen {
    /// For drawing.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
    mouse: bool,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("mouse", &self.mouse).finish_non_exhaustive()
    }
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        // A panic must not leave the user with a terminal that shows nothing.
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                let _ = give_back();
                before(info);
            }));
        });
        take(mouse)?;
        let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(Self { terminal, mouse })
    }

    /// Captures or releases the mouse.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
    }

    /// Copies a text to the terminal's clipboard (OSC 52).
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn copy(&self, text: &str) -> io::Result<()> {
        execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal back, stops the process until it is continued, and takes the terminal over again.
    ///
    /// # Errors
    /// When the terminal cannot be written to, or the process cannot be stopped.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back()?;
        // The whole group is stopped, as the terminal does it outside raw mode: a pipeline stops as one. SIGTSTP would be
        // dropped where no shell watches the group.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        take(self.mouse)?;
        self.wipe()
    }

    /// Gives the terminal to an editor with a text; what it leaves, or why there is none.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn lend(&mut self, editor: &str, name: &str, text: &str) -> io::Result<Result<String, String>> {
        give_back()?;
        let result = edit(editor, name, text);
        take(self.mouse)?;
        self.wipe()?;
        Ok(result)
    }

    /// Forgets what the terminal shows, so that the next frame is drawn whole. (`Terminal::clear` asks the terminal for
    /// its cursor, and waits for terminals that never answer.)
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn wipe(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(ratatui::layout::Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing is left to be done about a terminal that is gone.
        let _ = give_back();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    if mouse { execute!(stdout(), EnableMouseCapture) } else { Ok(()) }
}

fn give_back() -> io::Result<()> {
    let mut out = stdout();
    let written = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let raw = disable_raw_mode();
    out.flush()?;
    written.and(raw)
}

/// Runs the user's editor on a private file of this content.
fn edit(editor: &str, name: &str, text: &str) -> Result<String, String> {
    let mut words = editor.split_whitespace();
    let program = words.next().ok_or("neither VISUAL nor EDITOR is set")?;
    let directory = std::env::temp_dir().join(format!("sigscope-{}", std::process::id()));
    let told = |error: io::Error| format!("{}: {error}", directory.display());
    // A directory that is there already belongs to somebody else.
    DirBuilder::new().mode(0o700).create(&directory).map_err(told)?;
    let path = directory.join(name);
    let result = std::fs::write(&path, text).map_err(told).and_then(|()| {
        let status = Command::new(program).args(words).arg(&path).status();
        match status {
            Ok(status) if status.success() => std::fs::read_to_string(&path).map_err(told),
            Ok(status) => Err(format!("`{program}` ended with {status}: the draft is as before")),
            Err(error) => Err(format!("`{program}` cannot be run: {error}")),
        }
    });
    // What cannot be removed is the user's own text in a private directory.
    let _ = std::fs::remove_dir_all(&directory);
    result
}
