//! A view as one line of text that somebody else can open: which screen, what is selected and filtered, and where it was
//! read. Trust never travels in it: whoever opens it judges with their own roots.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use url::form_urlencoded::{Serializer, parse};

use super::history::{Place, ScreenId, Spot};

/// How every locator begins.
pub const SCHEME: &str = "sigscope:";
/// Longest locator that is read, in bytes.
const LONGEST: usize = 8 * 1024;
/// Most sources and files in one.
const MOST: usize = 100;

/// Where a session reads: the arguments of `sigscope open`, without trust, credentials and time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The recording inside the program.
    pub demo: bool,
    /// A cluster, by the reader's own kubeconfig: another file would name programs that are run.
    pub cluster: bool,
    /// The context of the kubeconfig.
    pub context: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// Registries, images, layouts.
    pub sources: Vec<String>,
    /// Policy files and directories.
    pub policies: Vec<String>,
    /// Files with pods.
    pub pods: Vec<String>,
    /// `HOST/PREFIX=DIR`.
    pub layouts: Vec<String>,
    /// Without logs, TUF and services.
    pub offline: bool,
}

/// A view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locator {
    /// Where it is read.
    pub origin: Origin,
    /// The screen and what is selected there.
    pub place: Place,
}

impl Locator {
    /// True when an argument is meant as one.
    #[must_use]
    pub fn is(text: &str) -> bool {
        text.starts_with(SCHEME)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = Serializer::new(String::new());
        let Origin { demo, cluster, context, namespace, sources, policies, pods, layouts, offline } =
            &self.origin;
        for (name, values) in [("source", sources), ("policy", policies), ("pod", pods), ("layouts", layouts)]
        {
            for value in values {
                query.append_pair(name, value);
            }
        }
        for (name, on) in [("demo", *demo), ("cluster", *cluster), ("offline", *offline)] {
            if on {
                query.append_pair(name, "true");
            }
        }
        for (name, value) in [("context", context), ("namespace", namespace)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let Spot { image, row, filter } = &self.place.spot;
        for (name, value) in
            [("image", image.as_deref().unwrap_or_default()), ("row", row), ("filter", filter)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        write!(f, "{SCHEME}{}?{}", self.place.screen.name(), query.finish())
    }
}

impl FromStr for Locator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| format!("a locator begins with `{SCHEME}`"))?;
        if rest.len() > LONGEST {
            return Err(format!("a locator has at most {LONGEST} bytes"));
        }
        let (screen, query) = rest.split_once('?').unwrap_or((rest, ""));
        let screen = ScreenId::named(screen).ok_or_else(|| format!("there is no screen `{screen}`"))?;
        let mut locator = Self { place: Place { screen, spot: Spot::default() }, ..Self::default() };
        for (number, (name, value)) in parse(query.as_bytes()).enumerate() {
            if number >= MOST {
                return Err(format!("a locator names at most {MOST} things"));
            }
            locator.take(&name, value.into_owned())?;
        }
        Ok(locator)
    }
}

impl Locator {
    fn take(&mut self, name: &str, value: String) -> Result<(), String> {
        let flag = |value: &str| value.parse::<bool>().map_err(|_| format!("`{name}` is true or false"));
        match name {
            "source" => self.origin.sources.push(value),
            "policy" => self.origin.policies.push(value),
            "pod" => self.origin.pods.push(value),
            "layouts" => self.origin.layouts.push(value),
            "demo" => self.origin.demo = flag(&value)?,
            "cluster" => self.origin.cluster = flag(&value)?,
            "context" => self.origin.context = Some(value),
            "namespace" => self.origin.namespace = Some(value),
            "offline" => self.origin.offline = flag(&value)?,
            "image" => self.place.spot.image = Some(Arc::from(value)),
            "row" => self.place.spot.row = value,
            "filter" => self.place.spot.filter = value,
            _ => return Err(format!("a locator has no `{name}`")),
        }
        Ok(())
    }
}
