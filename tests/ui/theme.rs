//! Themes: every role has a look, text can be read on its ground, and no depth writes what the terminal lacks.

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use sigscope::ui::theme::contrast::ratio;
use sigscope::ui::theme::{Depth, Ink, Role, Theme};

/// Text that is drawn on the grounds of other roles: rows keep the colours of their words when they are selected.
fn grounds(theme: &Theme, role: Role) -> Vec<(Color, Color)> {
    let screen = theme.look(Role::Text);
    let look = theme.look(role);
    let text = look.fg.or(screen.fg).unwrap_or(Color::Reset);
    let mut out = vec![(text, look.bg.or(screen.bg).unwrap_or(Color::Reset))];
    let selection = theme.look(Role::Selection);
    if let (Some(below), None) = (selection.bg, look.bg) {
        out.push((selection.fg.unwrap_or(text), below));
    }
    out
}

#[test]
fn text_can_be_read_in_every_theme() {
    for name in Theme::names() {
        let theme = Theme::built_in(name).unwrap();
        let least: f64 = if name == "high-contrast" { 7.0 } else { 4.5 };
        for role in Role::ALL {
            for (text, ground) in grounds(&theme, *role) {
                // Two colours of the terminal's own cannot be compared; they are the user's choice.
                let Some(found) = ratio(text, ground) else { continue };
                // Lines are no text: WCAG 2.1 asks for 3:1 (1.4.11).
                let least = if *role == Role::Border { least.min(3.0) } else { least };
                assert!(found >= least, "{name}: {} has {found:.2}:1, wanted {least}", role.name());
            }
        }
    }
}

#[test]
fn what_must_be_told_apart_looks_different() {
    for name in Theme::names() {
        let theme = Theme::built_in(name).unwrap();
        assert!(Role::ALL.iter().all(|role| theme.own(*role).is_some()), "{name} leaves no role to chance");
        for (a, b) in [(Role::Ok, Role::Deny), (Role::Want, Role::Have), (Role::Border, Role::BorderFocus)] {
            assert_ne!(theme.look(a), theme.look(b), "{name}: {} and {}", a.name(), b.name());
        }
        let selected = theme.look(Role::Selection);
        assert!(selected.bg.is_some() || selected.modifier.contains(Modifier::REVERSED), "{name}");
    }
}

/// A picture in which every role is drawn on every ground.
fn patchwork() -> Buffer {
    let side = u16::try_from(Role::ALL.len()).unwrap();
    let mut out = Buffer::empty(Rect::new(0, 0, side, side));
    for (x, text) in (0..).zip(Role::ALL) {
        for (y, ground) in (0..).zip(Role::ALL) {
            out.set_string(x, y, "✗", text.ink().patch(ground.ground()));
        }
    }
    out
}

#[test]
fn a_depth_writes_only_the_colours_that_it_has() {
    for name in Theme::names() {
        for depth in [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True] {
            let mut picture = patchwork();
            Ink::new(Theme::built_in(name).unwrap(), depth, true).resolve(&mut picture);
            for cell in &picture.content {
                for color in [cell.fg, cell.bg] {
                    let fits = match color {
                        Color::Reset => true,
                        Color::Rgb(..) => depth == Depth::True,
                        Color::Indexed(_) => depth >= Depth::Indexed,
                        _ => depth >= Depth::Sixteen,
                    };
                    assert!(fits, "{name} at {depth:?}: {color:?}");
                }
                assert!(cell.symbol().is_ascii());
            }
        }
    }
}

#[test]
fn without_colours_the_terminal_gets_no_colour_code() {
    let mut picture = patchwork();
    Ink::new(Theme::built_in("dark").unwrap(), Depth::None, false).resolve(&mut picture);
    let mut bytes = Vec::new();
    let cells = picture.content.iter().enumerate().map(|(at, cell)| {
        let (x, y) = picture.pos_of(at);
        (x, y, cell)
    });
    CrosstermBackend::new(&mut bytes).draw(cells).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for sequence in text.split("\x1b[").skip(1) {
        let Some((numbers, _)) = sequence.split_once('m') else { continue };
        for number in numbers.split(';').filter_map(|number| number.parse::<u32>().ok()) {
            // 39, 49 and 59 give the terminal's own colours back.
            assert!(!matches!(number, 30..=38 | 40..=48 | 58 | 90..=107), "{number} in {sequence:?}");
        }
    }
}
