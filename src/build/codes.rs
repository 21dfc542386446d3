//! QR codes on a sheet: a client's payload files, made anew with what the sheet may hold.

use minijinja::Value;

use super::expect::Expected;
use super::{Job, limits};
use crate::client::{Client, CodeSpec, Language};
use crate::finding::{self, Finding, Severity};
use crate::format::Code;
use crate::render::{Subject, slot};
use crate::secret::Secret;

/// A code that is drawn on a sheet.
pub(super) struct OnSheet<'a> {
    pub(super) spec: &'a CodeSpec,
    pub(super) code: Code,
    /// what is above it
    pub(super) caption: Value,
    text: String,
    secret: bool,
}

impl OnSheet<'_> {
    /// The name that reading the sheet gives it.
    pub(super) fn name(&self) -> String {
        format!("qr.{}", self.spec.payload)
    }

    /// What reading it must give.
    pub(super) fn expected(&self) -> (String, Expected) {
        let text = self.text.clone();
        let value = if self.secret { Expected::Secret(Secret::new(text)) } else { Expected::Text(text) };
        (self.name(), value)
    }
}

/// The codes of a client's sheet. One that is too fine to be scanned is left out; that is told where its file is made.
pub(super) fn on_sheet<'a>(
    job: &Job<'a>,
    subject: &Subject<'_>,
    view: &Value,
    language: &Language,
) -> Result<Vec<OnSheet<'a>>, Finding> {
    let engine = &job.builder.engine;
    let failed = |reason: String| job.failed(&finding::TEMPLATE_FAILED, &job.client.id, reason);
    let mut codes = Vec::new();
    for spec in &job.client.codes {
        let holds = |when: &String| engine.condition(when).and_then(|c| c.holds(view));
        let due = spec.when.as_ref().map_or(Ok(true), holds).map_err(|e| failed(e.to_string()))?;
        let met = limits::met(engine, job.client, job.account, &job.selection, view);
        let refused = met.iter().any(|m| m.severity() == Severity::Error && m.concerns(&spec.payload));
        let Some(file) = job.client.file(&spec.payload).filter(|_| due && !refused) else { continue };
        let payload = job.payload(file, subject)?;
        let source = Client::text(&spec.texts, &language.id);
        let caption = engine.text_value(source, view).map_err(|e| failed(e.to_string()))?;
        // what a code draws is not followed
        slot::refuse();
        if let (Some(code), Ok(text)) = (payload.code, String::from_utf8(payload.bytes)) {
            codes.push(OnSheet { spec, code, caption, text, secret: payload.secret });
        }
    }
    Ok(codes)
}
