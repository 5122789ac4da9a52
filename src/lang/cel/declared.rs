//! What Kyverno's environment declares: functions with their types, and those of them that are not evaluated here.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::types::Type;

/// Functions of the cluster and the network, of chance, and of formats that are not read: undecided where the host gives
/// nothing for them.
const UNSUPPORTED: &[&str] = &[
    "http.Get",
    "http.Post",
    "http.Client",
    "http.get",
    "http.post",
    "http.client",
    "resource.Get",
    "resource.List",
    "resource.Post",
    "resource.ToGVR",
    "resource.get",
    "resource.list",
    "resource.post",
    "resource.toGVR",
    "globalContext.Get",
    "globalContext.get",
    "image.GetMetadata",
    "image.getMetadata",
    "random",
    "random.random",
    "time.now",
    "gzip.compress",
    "gzip.decompress",
    "hash.sha1",
    "hash.sha256",
    "hash.md5",
    "sha1",
    "sha256",
    "md5",
    "yaml.parse",
    "verifyImageSignatures",
    "verifyAttestationSignatures",
    "getImageData",
    "extractPayload",
];

/// True for a function that exists and that neither the language nor the host evaluates.
pub(super) fn is_unsupported(function: &str) -> bool {
    UNSUPPORTED.contains(&function)
}

/// One way to call a function. With a target that is the first argument.
#[derive(Debug)]
pub(super) struct Overload {
    pub(super) member: bool,
    pub(super) args: Vec<Type>,
    pub(super) result: Type,
}

/// Overloads by name, `space.name` or `name`.
pub(super) static OVERLOADS: LazyLock<HashMap<&'static str, Vec<Overload>>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, Vec<Overload>> = HashMap::new();
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        // A member's line begins with a dot.
        let (member, line) = line.strip_prefix('.').map_or((false, line), |line| (true, line));
        let mut words = line.split(' ');
        let (Some(name), Some(result)) = (words.next(), words.next()) else { continue };
        let args = words.map(Type::parse).collect();
        all.entry(name).or_default().push(Overload { member, args, result: Type::parse(result) });
    }
    all
});

/// `[.]name result argument…`; A, B stand for any type.
const TABLE: &str = "
!_ bool bool
-_ int int
-_ double double
-_ duration duration
_+_ int int int
_+_ uint uint uint
_+_ double double double
_+_ string string string
_+_ bytes bytes bytes
_+_ list<A> list<A> list<A>
_+_ timestamp timestamp duration
_+_ timestamp duration timestamp
_+_ duration duration duration
_-_ int int int
_-_ uint uint uint
_-_ double double double
_-_ timestamp timestamp duration
_-_ duration timestamp timestamp
_-_ duration duration duration
_*_ int int int
_*_ uint uint uint
_*_ double double double
_/_ int int int
_/_ uint uint uint
_/_ double double double
_%_ int int int
_%_ uint uint uint
_==_ bool A A
_!=_ bool A A
@in bool A list<A>
@in bool A map<A,B>
_[_] A list<A> int
_[_] B map<A,B> A
_[_] optional<A> optional<list<A>> int
_[_] optional<B> optional<map<A,B>> A
_[?_] optional<A> list<A> int
_[?_] optional<B> map<A,B> A
_[?_] optional<A> optional<list<A>> int
_[?_] optional<B> optional<map<A,B>> A
size int string
size int bytes
size int list<A>
size int map<A,B>
.size int string
.size int bytes
.size int list<A>
.size int map<A,B>
dyn dyn A
type type A
bool bool bool
bool bool string
bytes bytes bytes
bytes bytes string
string string string
string string bool
string string int
string string uint
string string double
string string bytes
string string timestamp
string string duration
string string ip
string string cidr
int int int
int int uint
int int double
int int string
int int timestamp
uint uint uint
uint uint int
uint uint double
uint uint string
double double double
double double int
double double uint
double double string
timestamp timestamp timestamp
timestamp timestamp string
timestamp timestamp int
duration duration duration
duration duration string
optional.none optional<A>
optional.of optional<A> A
optional.ofNonZeroValue optional<A> A
optional.unwrap list<A> list<optional<A>>
.unwrapOpt list<A> list<optional<A>>
.hasValue bool optional<A>
.value A optional<A>
.or optional<A> optional<A> optional<A>
.orValue A optional<A> A
.contains bool string string
.startsWith bool string string
.endsWith bool string string
.matches bool string string
matches bool string string
.charAt string string int
.indexOf int string string
.indexOf int string string int
.indexOf int list<A> A
.lastIndexOf int string string
.lastIndexOf int string string int
.lastIndexOf int list<A> A
.join string list<string>
.join string list<string> string
.lowerAscii string string
.upperAscii string string
.trim string string
.replace string string string string
.replace string string string string int
.split list<string> string string
.split list<string> string string int
.substring string string int
.substring string string int int
.format string string list<dyn>
strings.quote string string
base64.encode string bytes
base64.decode bytes string
.find string string string
.findAll list<string> string string
.findAll list<string> string string int
regex.extract optional<string> string string
regex.extractAll list<string> string string
regex.replace string string string string
regex.replace string string string string int
.slice list<A> list<A> int int
.flatten list<dyn> list<A>
.flatten list<dyn> list<A> int
.sort list<A> list<A>
.distinct list<A> list<A>
.reverse list<A> list<A>
.first optional<A> list<A>
.last optional<A> list<A>
.isSorted bool list<A>
.sum A list<A>
.min A list<A>
.max A list<A>
lists.range list<int> int
sets.contains bool list<A> list<A>
sets.equivalent bool list<A> list<A>
sets.intersects bool list<A> list<A>
math.ceil double double
math.floor double double
math.round double double
math.round double double int
math.trunc double double
math.abs int int
math.abs uint uint
math.abs double double
math.sign int int
math.sign uint uint
math.sign double double
math.sqrt double int
math.sqrt double uint
math.sqrt double double
math.isNaN bool double
math.isInf bool double
math.isFinite bool double
math.bitAnd int int int
math.bitAnd uint uint uint
math.bitOr int int int
math.bitOr uint uint uint
math.bitXor int int int
math.bitXor uint uint uint
math.bitNot int int
math.bitNot uint uint
math.bitShiftLeft int int int
math.bitShiftLeft uint uint int
math.bitShiftRight int int int
math.bitShiftRight uint uint int
.getFullYear int timestamp
.getFullYear int timestamp string
.getMonth int timestamp
.getMonth int timestamp string
.getDate int timestamp
.getDate int timestamp string
.getDayOfMonth int timestamp
.getDayOfMonth int timestamp string
.getDayOfWeek int timestamp
.getDayOfWeek int timestamp string
.getDayOfYear int timestamp
.getDayOfYear int timestamp string
.getHours int timestamp
.getHours int timestamp string
.getHours int duration
.getMinutes int timestamp
.getMinutes int timestamp string
.getMinutes int duration
.getSeconds int timestamp
.getSeconds int timestamp string
.getSeconds int duration
.getMilliseconds int timestamp
.getMilliseconds int timestamp string
.getMilliseconds int duration
time.now timestamp
time.truncate timestamp timestamp duration
time.toCron string timestamp
quantity quantity string
isQuantity bool string
.isInteger bool quantity
.asInteger int quantity
.asApproximateFloat double quantity
.sign int quantity
.add quantity quantity quantity
.add quantity quantity int
.sub quantity quantity quantity
.sub quantity quantity int
.isLessThan bool quantity quantity
.isLessThan bool semver semver
.isGreaterThan bool quantity quantity
.isGreaterThan bool semver semver
.compareTo int quantity quantity
.compareTo int semver semver
semver semver string
semver semver string bool
isSemver bool string
isSemver bool string bool
.major int semver
.minor int semver
.patch int semver
format.named optional<format> string
.validate optional<list<string>> format string
url url string
isURL bool string
.getScheme string url
.getHost string url
.getHostname string url
.getPort string url
.getEscapedPath string url
.getQuery map<string,list<string>> url
ip ip string
isIP bool string
ip.isCanonical bool string
.family int ip
.isUnspecified bool ip
.isLoopback bool ip
.isLinkLocalMulticast bool ip
.isLinkLocalUnicast bool ip
.isGlobalUnicast bool ip
cidr cidr string
isCIDR bool string
.containsIP bool cidr string
.containsIP bool cidr ip
.containsCIDR bool cidr string
.containsCIDR bool cidr cidr
.ip ip cidr
.masked cidr cidr
.prefixLength int cidr
image image string
parseImageReference image string
isImage bool string
.containsDigest bool image
.registry string image
.repository string image
.identifier string image
.tag string image
.digest string image
json.unmarshal dyn dyn
json.marshal string dyn
yaml.parse dyn string
hash.sha1 string string
hash.sha256 string string
hash.md5 string string
sha1 string string
sha256 string string
md5 string string
gzip.compress bytes dyn
gzip.decompress string bytes
random string
random string string
random.random string
random.random string string
transform.listObjToMap map<string,dyn> list<A> list<B> string string
listObjToMap map<string,dyn> list<A> list<B> string string
parseServiceAccount dyn string
verifyImageSignatures int string list<A>
verifyAttestationSignatures int string string list<A>
getImageData dyn string
extractPayload dyn string string
image.GetMetadata dyn string
image.getMetadata dyn string
globalContext.Get dyn string
globalContext.Get dyn string string
globalContext.get dyn string
globalContext.get dyn string string
";
