//! The language and its libraries, case by case: values as cel-go gives them, errors in its words, and refusals before
//! anything is evaluated.

use sigscope::evaluate::image_policy::Libraries;
use sigscope::lang::cel::{Program, Stop, Type};

fn names() -> Vec<(String, Type)> {
    let names = [("object", "dyn"), ("images", "map<string,list<string>>")];
    names.map(|(name, own)| (name.to_owned(), Type::parse(own))).to_vec()
}

fn value(expression: &str) -> Result<String, Stop> {
    let (program, _) = Program::compile(expression, &names())?;
    program.evaluate(&Libraries).value.map(|value| value.shown())
}

/// Expressions with their values.
const VALUES: &[(&str, &str)] = &[
    ("1 + 2 * 3", "7"),
    ("7 / -2", "-3"),
    ("-7 % 3", "-1"),
    ("1 < 1.5 && 2u >= 2", "true"),
    ("'a' + \"b\" == 'ab'", "true"),
    ("[1, 2] + [3]", "[1, 2, 3]"),
    ("{'a': 1}.a", "1"),
    ("{'a': {'b': 2}}.?a.?c.orValue(7)", "7"),
    ("{'a': {'b': 2}}.?a.?b.hasValue()", "true"),
    ("[1, 2][?5].orValue(0)", "0"),
    ("optional.none().or(optional.of(3)).value()", "3"),
    ("optional.of(2).optMap(x, x * 2).value()", "4"),
    ("[?optional.none(), 1]", "[1]"),
    ("{?'a': optional.of(1), ?'b': optional.none()}", "{\"a\": 1}"),
    ("has({'a': 1}.a) && !has({'a': 1}.b)", "true"),
    ("[1, 2, 3].map(x, x * x)", "[1, 4, 9]"),
    ("[1, 2, 3].map(x, x > 1, x * x)", "[4, 9]"),
    ("[1, 2, 3].filter(x, x != 2)", "[1, 3]"),
    ("[1, 2, 3].exists_one(x, x > 2)", "true"),
    ("{'a': 1, 'b': 2}.all(k, k != 'c')", "true"),
    ("['a', 'b'].all(i, v, i < 2 && v != '')", "true"),
    ("[3, 4].transformList(i, v, i + v)", "[3, 5]"),
    ("{'a': 1}.transformMap(k, v, v + 1)", "{\"a\": 2}"),
    ("['x'].transformMapEntry(i, v, {v: i})", "{\"x\": 0}"),
    ("cel.bind(x, 2, x * x)", "4"),
    ("[1, 0].exists(x, 1 / x == 1)", "true"),
    ("true || 1 / 0 == 1", "true"),
    ("1 / 0 == 1 || true", "true"),
    ("'äbc'.size()", "3"),
    ("'abc'.charAt(1) + 'abc'.substring(1)", "\"bbc\""),
    ("'a,b,c'.split(',', 2)", "[\"a\", \"b,c\"]"),
    ("['a', 'b'].join('-')", "\"a-b\""),
    ("'hello'.indexOf('l') + 'hello'.lastIndexOf('l')", "5"),
    ("'%s is %d and %.2f'.format([dyn('a'), dyn(1), 2.5])", "\"a is 1 and 2.50\""),
    ("strings.quote('a\"b')", "\"\"a\\\"b\"\""),
    ("'tacocat'.replace('cat', 'dog')", "\"tacodog\""),
    ("'abc123'.find('[0-9]+')", "\"123\""),
    ("'v1 v2'.findAll('v\\\\d')", "[\"v1\", \"v2\"]"),
    ("'a1'.matches('^[a-z]\\\\d$')", "true"),
    ("'\u{663}'.matches('\\\\d')", "false"),
    ("regex.extract('key: 7', 'key: (\\\\d)').value()", "\"7\""),
    ("regex.replace('a-b', '(a)-(b)', '\\\\2-\\\\1')", "\"b-a\""),
    ("[3, 1, 2].sort()", "[1, 2, 3]"),
    ("['bb', 'a'].sortBy(x, size(x))", "[\"a\", \"bb\"]"),
    ("[dyn(1), [2, 3]].flatten()", "[1, 2, 3]"),
    ("[1, 1, 2].distinct()", "[1, 2]"),
    ("lists.range(3)", "[0, 1, 2]"),
    ("[1, 2, 3].slice(1, 2)", "[2]"),
    ("[1, 2].first().value() + [1, 2].last().value()", "3"),
    ("[1, 2, 3].sum() + [1, 5].max()", "11"),
    ("[1, 2, 2].isSorted()", "true"),
    ("sets.contains([1, 2], [2]) && !sets.intersects([1], [2])", "true"),
    ("math.greatest(1, 2.5, 2)", "2.5"),
    ("math.least([3, 1])", "1"),
    ("math.abs(-3) + math.sign(-9)", "2"),
    ("base64.encode(b'hi') + string(base64.decode('aGk='))", "\"aGk=hi\""),
    ("quantity('1Gi').isGreaterThan(quantity('1G'))", "true"),
    ("quantity('50k').add(quantity('20k')).asInteger()", "70000"),
    ("semver('1.2.3').compareTo(semver('1.10.0'))", "-1"),
    ("isSemver('v1.2', true) && !isSemver('v1.2')", "true"),
    ("ip('127.0.0.1').isLoopback()", "true"),
    ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"),
    ("cidr('10.0.0.0/8').containsCIDR(cidr('11.0.0.0/16'))", "false"),
    ("string(cidr('10.1.2.3/8').masked())", "\"10.0.0.0/8\""),
    ("url('https://a.b:80/c?d=e').getHostname()", "\"a.b\""),
    ("url('https://a.b/c?d=e').getQuery()", "{\"d\": [\"e\"]}"),
    ("isURL('not a url')", "false"),
    ("format.dns1123Label().validate('a-b').hasValue()", "false"),
    ("format.named('dns1123Label').value().validate('A').hasValue()", "true"),
    ("timestamp('2024-02-29T12:00:00Z').getMonth()", "1"),
    ("timestamp('2024-02-29T12:00:00+02:00') - timestamp('2024-02-29T00:00:00Z')", "36000s"),
    ("string(duration('1h30m'))", "\"5400s\""),
    ("type(1) == int", "true"),
    ("int('42') + int(3.9) + int(2u)", "47"),
    ("double('1.5')", "1.5"),
    ("image('nginx').registry() + '/' + image('nginx').repository()", "\"index.docker.io/library/nginx\""),
    ("json.unmarshal('{\"a\": [1]}').a[0] == 1", "true"),
    ("yaml.parse('a: [1]').a[0] == 1", "true"),
    ("dyn('a') == 1", "false"),
];

#[test]
fn values() {
    let wrong: Vec<String> = VALUES
        .iter()
        .filter_map(|(expression, wanted)| match value(expression) {
            Ok(found) if found == *wanted => None,
            found => Some(format!("{expression}: wanted {wanted}, found {found:?}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn errors_are_those_of_the_real_engine() {
    let wrong: Vec<String> = [
        ("{'a': 1}.b", "no such key: b"),
        ("[1][3]", "index out of bounds: 3"),
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "integer overflow"),
        ("optional.none().value()", "optional.none() dereference"),
        ("dyn('a') + 1", "no such overload"),
        ("[1, 0].all(x, 1 / x == 1)", "division by zero"),
        ("foo || true", "undeclared reference to 'foo'"),
        ("foo(1) || true", "undeclared reference to 'foo'"),
        ("'a' == 1 || true", "found no matching overload for '_==_'"),
        ("1 == 1.0", "found no matching overload for '_==_'"),
        ("images.containers > 0", "found no matching overload for '_>_'"),
        ("images.containers.exists(i, i == 1)", "found no matching overload for '_==_'"),
        ("images.containers.all(i, i.size())", "found no matching overload for '_&&_'"),
        ("[1, 'a']", "expected type 'int' but found 'string'"),
        ("'a'.foo", "does not support field selection"),
        ("'a'.reverse()", "found no matching overload for 'reverse'"),
        ("x509.decode('a')", "undeclared reference"),
        ("1 +", "Syntax error"),
        ("[1].map(1, 2)", "simple name"),
    ]
    .into_iter()
    .filter_map(|(expression, wanted)| match value(expression) {
        Err(Stop::Error(found)) if found.contains(wanted) => None,
        found => Some(format!("{expression}: wanted {wanted}, found {found:?}")),
    })
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_known_or_too_much_is_undecided() {
    let doubled =
        "cel.bind(a, 'x', ".to_owned() + &"cel.bind(a, a + a, ".repeat(40) + "a.size()" + &")".repeat(41);
    for expression in [
        "http.Get('https://a.b') == 'c'".to_owned(),
        "http.get('https://a.b') == 'c'".to_owned(),
        "resource.get('v1', 'configmaps', 'a', 'b').data.c == 'd'".to_owned(),
        "globalContext.get('a') == 1 && true".to_owned(),
        "random() == 'a'".to_owned(),
        "globalContext.Get('a') == 1 && true".to_owned(),
        "[1].all(x, [1].all(y, lists.range(100000).all(z, z >= 0) && lists.range(1000000).all(z, z >= 0)))"
            .to_owned(),
        "lists.range(100000000).size() == 0".to_owned(),
        doubled,
        format!("{}1{}", "(".repeat(200), ")".repeat(200)),
        format!("1{}", "+1".repeat(9_000)),
        format!("'{}'", "a".repeat(40_000)),
        "[".repeat(10_000),
    ] {
        let found = value(&expression);
        let shown: String = expression.chars().take(60).collect();
        // A syntax error is one for the real engine too.
        let refused = matches!(&found, Err(Stop::Undecided(_)))
            || matches!(&found, Err(Stop::Error(problem)) if problem.starts_with("ERROR"));
        assert!(refused, "{shown}: {found:?}");
    }
    assert_eq!(value("true || http.Get('https://a.b') == 'c'"), Ok("true".to_owned()));
    assert_eq!(value("false && random() == 'a'"), Ok("false".to_owned()));
}

#[test]
fn parts_are_reported_with_their_places() {
    let text = "[1, 2].map(x, x + 1).exists(y, y == 3)";
    let (program, _) = Program::compile(text, &[]).unwrap();
    let seen = program.evaluate(&Libraries).seen;
    let part = |wanted: &str| seen.iter().find(|part| &text[part.start..part.end] == wanted);
    assert_eq!(part("[1, 2].map(x, x + 1)").unwrap().value, Ok("[2, 3]".to_owned()), "{seen:?}");
    assert_eq!(part("y == 3").unwrap().truth, Some(false));
    assert_eq!(part(text).unwrap().truth, Some(true));
}

#[test]
fn types_are_those_of_the_checker() {
    for (expression, wanted) in [
        ("object.a.b == 1", "bool"),
        ("object.a", "dyn"),
        ("object.?a.orValue(false)", "dyn"),
        ("!object.?a.orValue(false)", "bool"),
        ("images.containers", "list(string)"),
        ("images.?extra.orValue([])", "list(string)"),
        ("images.containers.map(i, verifyImageSignatures(i, [object.a]))", "list(int)"),
        ("images.containers.map(i, i.size() > 1).all(e, e)", "bool"),
        ("true ? object.a : false", "dyn"),
        ("[]", "list(?)"),
        ("size(images) + 1", "int"),
    ] {
        let (_, found) = Program::compile(expression, &names()).unwrap();
        assert_eq!(found.to_string(), wanted, "{expression}");
    }
}
