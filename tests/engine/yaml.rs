//! The YAML reader: every place is exact, scalars are what Kubernetes' reader makes of them, and no input harms.

use proptest::prelude::*;
use serde_json::{Value, json};
use sigscope::format::yaml;
use sigscope::model::node::{Node, NodeValue};
use sigscope::model::span::{Diagnostic, Position, Span};

use crate::fixtures;

fn parse(text: &str) -> Result<Vec<Node>, Diagnostic> {
    yaml::parse("file.yaml".into(), text)
}

/// The only document of a text, as JSON.
fn value(text: &str) -> Value {
    let documents = parse(text).unwrap_or_else(|problem| panic!("{text:?}: {problem}"));
    assert!(documents.len() < 2, "{text:?}");
    documents.first().map_or(Value::Null, yaml::to_json)
}

/// The place of a byte, counted anew.
fn place(text: &str, offset: usize) -> Position {
    let ahead = text.get(..offset).expect("an offset stands between characters");
    let line = ahead.rsplit('\n').next().unwrap_or_default();
    let mut columns = line.chars().count();
    if ahead.starts_with('\u{feff}') && !ahead.contains('\n') {
        columns -= 1;
    }
    Position {
        offset,
        line: u32::try_from(ahead.matches('\n').count() + 1).unwrap(),
        column: u32::try_from(columns + 1).unwrap(),
    }
}

/// The text of a span whose two ends are right and which ends with something.
fn slice<'a>(text: &'a str, span: &Span) -> &'a str {
    assert_eq!(span.start, place(text, span.start.offset));
    assert_eq!(span.end, place(text, span.end.offset));
    let slice = text.get(span.start.offset..span.end.offset).expect("the start is not behind the end");
    assert_eq!(slice, slice.trim_end(), "a span ends with its content");
    slice
}

/// Every place of a tree in turn: right in itself, and where `whole` is asked for, what stands there reads as the same
/// value.
fn check(text: &str, node: &Node, whole: bool) {
    let standing = slice(text, &node.span);
    if whole && !standing.starts_with('*') {
        let column = usize::try_from(node.span.start.column).unwrap() - 1;
        // The span of a block scalar begins with its content.
        let block = node.text().is_some_and(|read| standing.split_whitespace().eq(read.split_whitespace()));
        let again = || value(&format!("{}{standing}\n", " ".repeat(column)));
        assert!(block || again() == yaml::to_json(node), "{standing:?} was read as {node:?}");
    }
    for entry in node.entries() {
        let key = slice(text, &entry.key_span);
        if whole {
            let again = value(key);
            assert_eq!(again.as_str().map_or_else(|| again.to_string(), str::to_owned), *entry.key);
        }
    }
    for child in node.items().iter().chain(node.entries().iter().map(|entry| &entry.node)) {
        check(text, child, whole);
    }
}

#[test]
fn every_place_in_the_fixtures_is_exact() {
    let mut folders = vec![fixtures::folder().join("policies"), fixtures::folder().join("pods")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") {
                let text = std::fs::read_to_string(&path).unwrap();
                let documents = parse(&text).unwrap_or_else(|problem| panic!("{path:?}: {problem}"));
                assert!(!documents.is_empty(), "{path:?}");
                documents.iter().for_each(|document| check(&text, document, true));
                read += 1;
            }
        }
    }
    assert!(read > 0);
}

#[test]
fn places_of_what_is_easily_misplaced() {
    let text = "\u{feff}é: &x [1,\n  {a: 漢}, b: c]\nblock: |\n  line\n\n# note\nempty:\nlist:\n-\n- ~\n- *x\nmap: !!map {}\nend:\n  k: v # c\n\n";
    let document = &parse(text).unwrap()[0];
    check(text, document, false);
    let standing = |keys: &[&str]| {
        let entry = keys.iter().try_fold(document, |node, key| node.entry(key).map(|entry| &entry.node));
        slice(text, &entry.unwrap().span)
    };
    assert_eq!(standing(&["é"]), "&x [1,\n  {a: 漢}, b: c]");
    assert_eq!(standing(&["block"]), "line");
    assert_eq!(standing(&["list"]), "-\n- ~\n- *x");
    assert_eq!(standing(&["map"]), "!!map {}");
    assert_eq!(standing(&["end"]), "k: v");
    let empty = &document.entry("empty").unwrap().node.span;
    assert_eq!((empty.start, empty.start.line, empty.start.column), (empty.end, 7, 7));
    let flow = &document.entry("é").unwrap().node.items();
    assert_eq!((flow[1].span.start.line, flow[1].span.start.column), (2, 3));
    assert_eq!(slice(text, &flow[2].span), "b: c");
    assert_eq!(slice(text, &document.entry("list").unwrap().node.items()[2].span), "*x");
}

/// What sigs.k8s.io/yaml v1.6.0 gives.
#[test]
fn values_are_those_of_kubernetes() {
    for (text, wanted) in [
        ("a: yes\nb: off\nc: Y\nd: yEs", json!({"a": true, "b": false, "c": true, "d": "yEs"})),
        ("a: 'yes'\nb: \"1\"\nc: |\n  1\nd: !!str 1", json!({"a": "yes", "b": "1", "c": "1\n", "d": "1"})),
        ("a:\nb: ~\nc: null\nd: ''\ne: !!str", json!({"a": null, "b": null, "c": null, "d": "", "e": ""})),
        (
            "1: a\n0x10: b\ntrue: c\n1.5: d\n1e30: e",
            json!({"1": "a", "16": "b", "true": "c", "1.5": "d", "1e+30": "e"}),
        ),
        ("a: &x {k: 1}\nb: *x\n&y c: *y", json!({"a": {"k": 1}, "b": {"k": 1}, "c": "c"})),
        // What is merged replaces what stands before it, not what stands after it.
        ("a: 1\n<<: {a: 2, b: 2}\nb: 3", json!({"a": 2, "b": 3})),
        ("<<: [{a: 1}, {a: 2, b: 2}]", json!({"a": 1, "b": 2})),
        ("'<<': 1", json!({"<<": 1})),
        // A file that ends in a block scalar, without and with a line feed.
        ("a: |\n  x", json!({"a": "x"})),
        ("a: |\n  x\n", json!({"a": "x\n"})),
        ("a: |\n  x\n  ", json!({"a": "x\n"})),
        ("a: >-\n  x\n  y", json!({"a": "x y"})),
        ("a: 1\r\nb: 2\r\n", json!({"a": 1, "b": 2})),
        ("\u{feff}a: 1", json!({"a": 1})),
        ("{\"a\": [1, 2.5, \"\\u00e9\", null, false]}", json!({"a": [1, 2.5, "é", null, false]})),
    ] {
        assert_eq!(value(text), wanted, "{text:?}");
    }
    let documents = parse("---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n").unwrap();
    assert_eq!(documents.iter().map(yaml::to_json).collect::<Vec<_>>(), [json!({"a": 1}), json!({"b": 2})]);
}

#[test]
fn mistakes_are_named_with_place_and_remedy() {
    for (text, at, problem, hint) in [
        ("a:\n\tb: 1", "2:2", "tabs", "a tab"),
        ("a: 1\n\tb: 2", "1:4", "tab", "a tab"),
        ("a: 1\nb:2\nc: 3", "3:1", "':'", "a colon after a key needs a blank"),
        ("# don't\na: b: c", "2:5", "mapping values", "needs quotes"),
        ("a: \"open\nb: 1", "1:4", "quoted", "opened and not closed"),
        ("a: [1,\nb: 2", "2:1", "flow", "bracket"),
        ("a: \"\\d\"", "1:4", "escape", "backslash twice"),
        ("image: *.example.com", "1:8", "anchor", "quotes"),
        ("a: {{ x }}", "1:5", "a mapping cannot be a key", "quotes"),
        ("a: 1\nb: 2\na: 3", "3:1", "the key `a` stands here a second time, first in line 1", "once"),
        ("a: 1\n'a': 2", "2:1", "first in line 1", "once"),
        ("a: x\u{1b}[31m", "1:5", "U+001B", "\\u"),
        ("# x\u{2028}a: 1", "1:4", "U+2028", "\\u"),
        ("a: &a [*a]", "1:8", "names no anchor", "complete"),
    ] {
        let found = parse(text).unwrap_err();
        assert_eq!(found.span.to_string(), format!("file.yaml:{at}"), "{text:?}: {found}");
        assert!(found.problem.contains(problem), "{text:?}: {found}");
        assert!(found.hint.as_ref().is_some_and(|found| found.contains(hint)), "{text:?}: {found}");
    }
    let long = format!("{0}: 1\n{0}: 2", "k".repeat(900));
    assert!(parse(&long).unwrap_err().problem.len() < 200);
}

#[test]
fn bombs_are_refused() {
    let nested = |open: &str, times: usize| open.repeat(times);
    let doubling: String = (1..40).map(|at| format!("k{at}: &k{at} [*k{0}, *k{0}]\n", at - 1)).collect();
    let anchors: String = (0..100).map(|at| format!("{}k: &a{at}\n", " ".repeat(at))).collect();
    for (text, problem) in [
        (nested("[", 129), "nested deeper"),
        (nested("[", 100_000), "nested deeper"),
        (nested("{a: ", 100_000), "nested deeper"),
        (nested("- ", 100_000), "nested deeper"),
        (nested("[", yaml::MAX_MARKS + 1), "brackets"),
        (format!("[{}]", "a,".repeat(yaml::MAX_VALUES)), "more than"),
        (format!("k0: &k0 x\n{doubling}"), "more than"),
        (format!("{anchors}{}[{}]", " ".repeat(100), "a,".repeat(10_000)), "anchors"),
        ("--- a\n".repeat(yaml::MAX_DOCUMENTS + 1), "documents"),
        ("a".repeat(yaml::MAX_BYTES + 1), "bytes"),
    ] {
        let found = parse(&text).unwrap_err();
        assert!(found.problem.contains(problem), "{found}");
    }
    let deepest = format!("{}{}", nested("[", yaml::MAX_DEPTH), nested("]", yaml::MAX_DEPTH));
    assert_eq!(parse(&deepest).unwrap().len(), 1);
    // Many keys of one mapping are no reason to wait.
    let wide: String = (0..90_000).map(|at| format!("k{at}: 1\n")).collect();
    assert_eq!(parse(&wide).unwrap()[0].entries().len(), 90_000);
}

/// JSON values as they come from other programs, without floating-point numbers (they are compared above).
fn any_json() -> impl Strategy<Value = Value> {
    let text = "[ -~äé漢\n\t\"\\\\]{0,8}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Writes a value behind a key or a dash the way people do, with comments, flow collections and all kinds of scalars;
/// `style` chooses.
fn write(value: &Value, indent: usize, style: &mut impl Iterator<Item = u8>) -> String {
    let blanks = " ".repeat(indent);
    let choice = style.next().unwrap_or_default();
    match value {
        Value::Object(map) if !map.is_empty() && !choice.is_multiple_of(4) => {
            let entry = |(key, value): (&String, &Value)| {
                // A list may be indented like its key.
                let deeper = if value.is_array() && choice.is_multiple_of(5) {
                    0
                } else {
                    1 + usize::from(choice % 3)
                };
                let note = if choice.is_multiple_of(3) { "\n# a note: [\n\n" } else { "\n" };
                let behind = noted(write(value, indent + deeper, style), choice);
                format!("{note}{blanks}{}:{behind}", Value::from(key.as_str()))
            };
            map.iter().map(entry).collect()
        }
        Value::Array(items) if !items.is_empty() && !choice.is_multiple_of(4) => items
            .iter()
            .map(|item| format!("\n{blanks}-{}", noted(write(item, indent + 2, style), choice)))
            .collect(),
        Value::String(text)
            if choice.is_multiple_of(2)
                && text.starts_with(char::is_alphabetic)
                && !text.ends_with(char::is_whitespace) =>
        {
            let lines = text.split('\n').map(|line| format!("\n{blanks} {line}"));
            format!(" |-{}", lines.collect::<String>())
        }
        Value::Null if choice.is_multiple_of(2) => String::new(),
        _ => format!(" {value}"),
    }
}

/// Adds a comment where nothing else is in the line.
fn noted(text: String, choice: u8) -> String {
    if choice % 7 < 3 && (text.is_empty() || text.starts_with('\n')) {
        format!(" # é -{text}")
    } else {
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_as_it_is(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.unwrap();
        let documents = parse(&text).unwrap();
        prop_assert_eq!(documents.first().map_or(Value::Null, yaml::to_json), value.clone());
        documents.iter().for_each(|document| check(&text, document, false));
        prop_assert_eq!(yaml::to_json(&yaml::from_json("file.yaml".into(), &value)), value);
    }

    #[test]
    fn what_people_write_is_read_with_exact_places(value in any_json(), style in any::<[u8; 32]>()) {
        let text = format!("root:{}\n# the end\n", write(&value, 1, &mut style.into_iter().cycle()));
        let documents = parse(&text).unwrap();
        prop_assert_eq!(yaml::to_json(&documents[0]), json!({"root": value}));
        check(&text, &documents[0], true);
    }

    #[test]
    fn nothing_harms(text in any::<String>()) {
        harmless(&text);
    }

    #[test]
    fn nothing_that_looks_like_yaml_harms(parts in prop::collection::vec(prop::sample::select(PARTS), 0..24)) {
        harmless(&parts.concat());
    }
}

const PARTS: &[&str] = &[
    "a",
    "b",
    "key: ",
    "- ",
    "? ",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\r",
    " ",
    "\t",
    "# c\n",
    "'",
    "\"",
    "\\x4",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|\n  ",
    ">-\n ",
    "|2+\n",
    "&x ",
    "*x",
    "<<: ",
    "!!str ",
    "!!int ",
    "!t ",
    "!<",
    "~",
    "1",
    "0x1F",
    ".5",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "%TAG ! x\n",
    "é",
    "漢",
    "\u{feff}",
    "\0",
    "@",
    "`",
    "%",
    "-",
];

/// Whatever comes is read or refused, and every place named is a place of the text.
fn harmless(text: &str) {
    match parse(text) {
        Ok(documents) => documents.iter().for_each(|document| check(text, document, false)),
        Err(problem) => {
            assert_eq!(problem.span.start, place(text, problem.span.start.offset));
            assert!(!problem.problem.is_empty());
        }
    }
}

#[test]
fn what_json_cannot_say_is_null() {
    let node = &parse("[.nan, -.inf]").unwrap()[0];
    assert!(
        node.items().iter().all(|item| matches!(item.value, NodeValue::Float(value) if !value.is_finite()))
    );
    assert_eq!(yaml::to_json(node), json!([null, null]));
}
