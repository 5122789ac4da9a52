//! What the expressions of a policy see of a resource: its objects, its images, and the functions that verify.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::demand::sources;
use super::library;
use super::payload::{self, Kept};
use super::policy::{Attestation, Kind, Named, Spec};
use super::select::plural;
use super::trust::Context;
use super::verify::{self, Tried};
use crate::lang::expr::{Host, Map, Opaque, Stop, Value};
use crate::model::artifact::Evidence;
use crate::model::missing::Missing;
use crate::model::trace::{Clause, EvidencePath, Outcome};
use crate::model::workload::Resource;
use crate::port::{Question, Reply};

/// Deepest chain of variables that use each other.
const DEEPEST: usize = 16;

/// A call of a function that verifies, as it was made.
pub(super) struct Called {
    /// Bytes of the call in its expression.
    pub(super) at: (usize, usize),
    pub(super) clause: Clause,
    /// From the clause to the one that explains why nothing verified; none: something did.
    pub(super) deciding: Option<Vec<usize>>,
}

/// A policy over a resource.
pub(super) struct Scene<'a> {
    pub(super) spec: &'a Spec,
    pub(super) resource: &'a Resource,
    pub(super) context: &'a Context<'a>,
    object: Value,
    /// Images that the policy is about, by extractor; absent while conditions are evaluated.
    pub(super) images: Option<Vec<(String, Vec<String>)>>,
    pub(super) calls: RefCell<Vec<Called>>,
    /// Verified statements by image and type, with the layer.
    pub(super) payloads: RefCell<HashMap<(String, String), Kept>>,
    /// The statements that were read.
    pub(super) read: RefCell<Vec<EvidencePath>>,
    /// Did a check of an image succeed?
    pub(super) checked: RefCell<BTreeMap<String, bool>>,
    variables: RefCell<HashMap<String, Result<Value, Stop>>>,
    depth: Cell<usize>,
    /// How much is bound already.
    pub(super) stage: Cell<Stage>,
}

/// What names an expression finds: all are declared for all, and bound one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Of `matchConditions`, and of exceptions: the request alone.
    Conditions,
    /// Of `images`: variables too.
    Images,
    /// Of everything else.
    Validations,
    /// The same after what decided: for information, since the real engine does not get there.
    Information,
}

impl<'a> Scene<'a> {
    pub(super) fn new(spec: &'a Spec, resource: &'a Resource, context: &'a Context<'a>) -> Self {
        Self {
            spec,
            resource,
            context,
            object: Value::of_node(&resource.manifest),
            images: None,
            calls: RefCell::default(),
            payloads: RefCell::default(),
            read: RefCell::default(),
            checked: RefCell::default(),
            variables: RefCell::default(),
            depth: Cell::new(0),
            stage: Cell::new(Stage::Conditions),
        }
    }

    fn named(&self, named: &Named) -> Result<Value, Stop> {
        if let Some(value) = self.variables.borrow().get(&named.name) {
            return value.clone();
        }
        if self.depth.get() >= DEEPEST {
            let what = "variables that use each other".to_owned();
            return Err(Stop::Undecided(Missing::TooDeep { what, limit: DEEPEST as u32 }));
        }
        self.depth.set(self.depth.get() + 1);
        let value = named.expression.evaluate(self).value;
        self.depth.set(self.depth.get() - 1);
        self.variables.borrow_mut().insert(named.name.clone(), value.clone());
        value
    }

    fn request(&self, field: &str) -> Option<Result<Value, Stop>> {
        let id = &self.resource.id;
        let (group, version) = id.api_version.split_once('/').unwrap_or(("", &id.api_version));
        let gvk = |last: &str, value: &str| {
            let pairs = [("group", group), ("version", version), (last, value)];
            Value::map(
                pairs.into_iter().map(|(key, value)| (key.to_owned(), Value::text(value))).collect::<Map>(),
            )
        };
        Some(Ok(match field {
            "operation" => Value::text("CREATE"),
            "kind" | "requestKind" => gvk("kind", &id.kind),
            "resource" | "requestResource" => gvk("resource", &plural(&id.kind)),
            "namespace" => Value::text(&id.namespace),
            "name" => {
                Value::text(self.resource.manifest.path(&["metadata", "name"])?.text().unwrap_or_default())
            }
            "dryRun" => Value::Bool(false),
            "object" => self.object.clone(),
            "oldObject" => Value::Null,
            // What is empty does not travel.
            "subResource" | "requestSubResource" => return None,
            other => {
                return Some(Err(Stop::not_implemented(format!(
                    "request.{other} without an admission request"
                ))));
            }
        }))
    }

    /// What hangs on an image. Images in the places that Kyverno knows are fetched when the policy is about them; any
    /// other that an expression names is asked for now.
    pub(super) fn evidence(&self, image: &str) -> Result<Arc<Evidence>, Stop> {
        let known = (self.context.evidence)(image);
        if !matches!(known, Err(Missing::Waiting)) || self.is_fetched(image) {
            return known.map_err(Stop::Undecided);
        }
        match self.context.outside.ask(&Question::Evidence { image: image.to_owned() }) {
            Ok(Reply::Evidence(evidence)) => Ok(evidence),
            Ok(Reply::Bytes(_)) => Err(Stop::not_implemented(format!("what hangs on {image}"))),
            Err(missing) => Err(Stop::Undecided(missing)),
        }
    }

    fn is_fetched(&self, image: &str) -> bool {
        let found = super::images::extract(self.resource).ok().flatten().unwrap_or_default();
        found.iter().any(|own| own.image == image) && self.is_matched(image) == Ok(true)
    }

    /// Is the image one that the policy is about?
    pub(super) fn is_matched(&self, image: &str) -> Result<bool, Stop> {
        super::images::matches(&self.spec.references, image).map(|(matched, _)| matched)
    }

    fn verify(
        &self,
        image: &str,
        attestation: Option<&Attestation>,
        attestors: &[Value],
        at: (usize, usize),
    ) -> Result<Value, Stop> {
        if !self.is_matched(image)? {
            return Ok(Value::Int(0));
        }
        let evidence = self.evidence(image)?;
        let mut tried = Vec::new();
        for named in attestors {
            let Value::Opaque(Opaque::Named(_, name)) = named else { return Err(Stop::no_overload()) };
            let known = self.spec.attestors.iter().find(|own| own.name == **name);
            let attestor = known.ok_or_else(|| Stop::error(format!("no such key: {name}")))?;
            if let (Kind::Notary(_), Some(Attestation { referrer: None, .. })) = (&attestor.kind, attestation)
            {
                let words = "notary verifier only supports oci 1.1 referrers as attestations";
                return Err(Stop::error(words));
            }
            let mut one = verify::attestor(self, attestor, &evidence, attestation);
            // Where nothing hangs on it, the image itself is what was looked at.
            let image = || EvidencePath { digest: evidence.digest.clone(), pointer: String::new() };
            one.clause.evidence.get_or_insert_with(image);
            tried.push(one);
        }
        let missing = tried.iter().find_map(|tried| match &tried.clause.outcome {
            Outcome::Undecided(missing) => Some(missing.clone()),
            _ => None,
        });
        let held = tried.iter().filter(|tried| tried.clause.outcome == Outcome::Held).count();
        if let Some(attestation) = attestation {
            payload::keep(self, image, attestation, &tried);
        }
        self.record(image, attestation, tried, held, at);
        if let Some(missing) = missing {
            return Err(Stop::Undecided(missing));
        }
        if !attestors.is_empty() && self.stage.get() < Stage::Information {
            let mut checked = self.checked.borrow_mut();
            let verified = checked.entry(image.to_owned()).or_insert(false);
            *verified |= held > 0;
        }
        Ok(Value::Int(i64::try_from(held).unwrap_or(i64::MAX)))
    }

    fn record(
        &self,
        image: &str,
        attestation: Option<&Attestation>,
        tried: Vec<Tried>,
        held: usize,
        at: (usize, usize),
    ) {
        let undecided = tried.iter().position(|tried| matches!(tried.clause.outcome, Outcome::Undecided(_)));
        let decides =
            undecided.or_else(|| (held == 0 && !tried.is_empty()).then_some(tried.len().saturating_sub(1)));
        let deciding = decides.and_then(|index| tried.get(index).map(|own| (index, own)));
        let outcome = deciding.map_or(Outcome::Held, |(_, own)| own.clause.outcome.clone());
        let deciding =
            deciding.map(|(index, own)| std::iter::once(index).chain(own.deciding.iter().copied()).collect());
        let function = match attestation {
            Some(own) => format!("verifyAttestationSignatures({image}, attestations.{})", own.name),
            None => format!("verifyImageSignatures({image})"),
        };
        let mut clause = Clause::new(function, outcome);
        clause.evidence = deciding_evidence(&tried);
        clause.children = tried.into_iter().map(|tried| tried.clause).collect();
        self.calls.borrow_mut().push(Called { at, clause, deciding });
    }

    fn payload(&self, image: &str, attestation: &str) -> Result<Value, Stop> {
        let own = self.spec.attestations.iter().find(|own| own.name == attestation);
        let own =
            own.ok_or_else(|| Stop::error(format!("attestation not found in policy: {attestation}")))?;
        payload::payload(self, image, own)
    }
}

fn deciding_evidence(tried: &[Tried]) -> Option<EvidencePath> {
    tried.iter().rev().find_map(|tried| tried.clause.evidence.clone())
}

impl Host for Scene<'_> {
    fn variable(&self, name: &str) -> Option<Result<Value, Stop>> {
        let value = match name {
            "object" => self.object.clone(),
            "oldObject" => Value::Null,
            "request" => Value::Lazy("request"),
            "namespaceObject" => Value::Lazy("namespaceObject"),
            "variables" if self.stage.get() >= Stage::Images => Value::Lazy("variables"),
            "attestors" if self.stage.get() >= Stage::Validations => Value::Lazy("attestors"),
            "attestations" if self.stage.get() >= Stage::Validations => {
                let names = self.spec.attestations.iter();
                Value::map(names.map(|own| (own.name.clone(), Value::text(&own.name))).collect())
            }
            "images" => {
                let list = |images: &[String]| Value::list(images.iter().map(Value::text).collect());
                Value::map(
                    self.images.as_ref()?.iter().map(|(name, images)| (name.clone(), list(images))).collect(),
                )
            }
            _ => return None,
        };
        Some(Ok(value))
    }

    fn member(&self, map: &str, field: &str) -> Option<Result<Value, Stop>> {
        match map {
            "request" => self.request(field),
            "namespaceObject" if field == "metadata" => Some(Ok(Value::Lazy("namespaceObject.metadata"))),
            "namespaceObject.metadata" if field == "name" => {
                Some(Ok(Value::text(&self.resource.id.namespace)))
            }
            "namespaceObject" | "namespaceObject.metadata" => {
                Some(Err(Stop::not_implemented(format!("{map}.{field} without a cluster"))))
            }
            "variables" => {
                self.spec.values.variables.iter().find(|own| own.name == field).map(|own| self.named(own))
            }
            "attestors" => {
                let own = self.spec.attestors.iter().find(|own| own.name == field)?;
                if let Err(stop) = sources(self, own) {
                    return Some(Err(stop));
                }
                Some(Ok(Value::Opaque(Opaque::Named("kyverno.attestor", own.name.as_str().into()))))
            }
            _ => None,
        }
    }

    fn call(&self, function: &str, args: &[Value], at: (usize, usize)) -> Option<Result<Value, Stop>> {
        match (function, args) {
            ("verifyImageSignatures", [Value::Text(image), Value::List(attestors)]) => {
                Some(self.verify(image, None, attestors, at))
            }
            (
                "verifyAttestationSignatures",
                [Value::Text(image), Value::Text(name), Value::List(attestors)],
            ) => {
                let own = self.spec.attestations.iter().find(|own| own.name == **name);
                Some(match own {
                    Some(own) => self.verify(image, Some(own), attestors, at),
                    None => Err(Stop::error(format!("attestation not found in policy: {name}"))),
                })
            }
            ("extractPayload", [Value::Text(image), Value::Text(name)]) => Some(self.payload(image, name)),
            ("time.now", []) => Some(Ok(Value::Timestamp(i128::from(self.context.as_of.0) * 1_000_000_000))),
            _ => library::call(function, args),
        }
    }
}
