//! A client's sheets: the same facts printed as HTML and, with the feature `pdf`, as PDF, each read back.

use super::job::Made;
use super::sheet::Facts;
use super::{Artifact, Job, codes, expect, readback, sheet};
use crate::account::Passwords;
use crate::client::{Language, Scope};
use crate::finding::{self, Finding, Findings};
use crate::render::{Purpose, Subject, view};

impl Job<'_> {
    /// The client's sheets in each language and format.
    pub(super) fn sheets(&self, findings: &mut Findings, artifacts: &mut Vec<Artifact>) {
        for language in &self.builder.languages {
            if let Err(finding) = self.sheet(language, findings, artifacts) {
                findings.push(finding);
            }
        }
    }

    /// The sheet in one language: each of its formats for itself, so that one that fails keeps no other from being made.
    fn sheet(
        &self,
        language: &Language,
        findings: &mut Findings,
        artifacts: &mut Vec<Artifact>,
    ) -> Result<(), Finding> {
        let path = |ending: &str| {
            format!("{}/{}.{}.{ending}", self.folder(Scope::User), self.client.id, language.id)
        };
        let passwords = self.builder.wishes.passwords;
        let mut subject = self.subject(&self.selection, false);
        subject.fetched = (passwords >= Passwords::Sheets).then_some(self.fetched);
        let view = view(&subject, Purpose::User);
        let codes = codes::on_sheet(self, &subject, &view, language)?;
        let facts = sheet::facts(self, language, &view, &codes)
            .map_err(|e| self.failed(&finding::TEMPLATE_FAILED, &path("html"), e))?;
        let printer = Printer { job: self, subject: &subject, facts: &facts, codes: &codes };
        let formats = self.builder.wishes.printing.formats;
        let mut keep = |path: String, made: Result<Made, Finding>| match made {
            Ok(made) => artifacts.push(self.artifact(path, None, made)),
            Err(finding) => findings.push(finding),
        };
        if formats.html {
            keep(path("html"), printer.html(&path("html")));
        }
        #[cfg(feature = "pdf")]
        if formats.pdf {
            keep(path("pdf"), printer.pdf(&path("pdf"), language));
        }
        Ok(())
    }
}

/// One sheet's facts on their way to paper.
struct Printer<'a> {
    job: &'a Job<'a>,
    subject: &'a Subject<'a>,
    facts: &'a Facts,
    codes: &'a [codes::OnSheet<'a>],
}

impl Printer<'_> {
    fn html(&self, path: &str) -> Result<Made, Finding> {
        let made = self.job.make(sheet::TEMPLATE, "html", &self.facts.view, path)?;
        let said = self.checked(|check| check.file(made.format, &made.bytes, None, &self.facts.carries));
        self.job.judged(made, said, path)
    }

    /// What reading the sheet back must give.
    fn checked<T>(&self, check: impl FnOnce(readback::Check<'_>) -> T) -> T {
        let mut expected = expect::settings(self.subject, Purpose::User);
        expected.extend(self.codes.iter().map(codes::OnSheet::expected));
        let engine = &self.job.builder.engine;
        check(readback::Check { engine, account: self.job.account, domain: false, expected: &expected })
    }
}

#[cfg(feature = "pdf")]
pub(super) use press::Print;

#[cfg(feature = "pdf")]
mod press {
    use std::collections::BTreeMap;

    use minijinja::Value;

    use super::{Finding, Job, Language, Made, Printer, finding, sheet};
    use crate::format::{self, pdf::PressError};
    use crate::render::RenderError;
    use crate::secret::HIDDEN;

    /// A view on its way to a PDF.
    pub(in crate::build) struct Print<'a> {
        pub(in crate::build) job: &'a Job<'a>,
        pub(in crate::build) language: &'a Language,
        pub(in crate::build) path: &'a str,
        /// the template that lays it out
        pub(in crate::build) page: &'static str,
        /// the template of the data that it is given
        pub(in crate::build) data: &'static str,
        pub(in crate::build) view: &'a Value,
        /// as JSON
        pub(in crate::build) drawings: String,
    }

    impl Print<'_> {
        /// The PDF, and the marked texts of its laid-out pages.
        pub(in crate::build) fn run(self) -> Result<(Made, Vec<(String, String)>), Finding> {
            let Print { job, language, path, .. } = self;
            let failed = |reason: String| job.failed(&finding::TEMPLATE_FAILED, path, reason);
            let press = job.builder.press.as_ref().ok_or_else(|| failed("there is no press".to_owned()))?;
            let format = format::find("pdf").ok_or_else(|| failed("there is no such format".to_owned()))?;
            let fonts = language.fonts.present(press.fonts().families());
            let logo_format = job.builder.wishes.printing.logo.as_ref().map(|logo| logo.kind.ending());
            let own =
                minijinja::context! { fonts => Value::from(minijinja::value::Serde(&fonts)), logo_format };
            let view = minijinja::value::merge_maps([own, self.view.clone()]);
            let rendered = job.builder.engine.render(self.data, "pdf", &view);
            let (data, secret) = rendered.map_err(|e| failed(e.to_string()))?;
            let title = self.view.get_attr("document").unwrap_or_default().to_string();
            let printed = press.print(self.page, &title, data, self.drawings).map_err(|e| match e {
                PressError::NoGlyph(characters) => Finding::new(&finding::NO_GLYPH)
                    .arg("path", path)
                    .arg("characters", shown(job, &characters))
                    .arg("package", &language.fonts.package)
                    .client(&job.client.id),
                PressError::Template(reason) => failed(reason),
            })?;
            Ok((Made { format, bytes: printed.bytes, secret }, printed.marked))
        }
    }

    /// Characters as an error may show them: none that a password has.
    fn shown(job: &Job<'_>, characters: &str) -> String {
        let secrets = || job.fetched.incoming.iter().chain(&job.fetched.outgoing).flatten();
        let (hidden, shown): (Vec<char>, Vec<char>) =
            characters.chars().partition(|c| secrets().any(|s| s.has(*c)));
        let shown: String = shown.into_iter().collect();
        if hidden.is_empty() { shown } else { format!("{shown} ({HIDDEN})") }
    }

    impl Printer<'_> {
        /// The sheet as PDF, read back from its laid-out pages.
        pub(super) fn pdf(&self, path: &str, language: &Language) -> Result<Made, Finding> {
            let failed = |e: RenderError| self.job.failed(&finding::TEMPLATE_FAILED, path, e);
            let drawings = self.drawings().map_err(failed)?;
            let (job, view) = (self.job, &self.facts.view);
            let print = Print { job, language, path, page: sheet::PAGE, data: sheet::DATA, view, drawings };
            let (made, marked) = print.run()?;
            let said = self.checked(|check| check.marked(marked, &self.facts.carries));
            job.judged(made, said, path)
        }

        /// The drawings of the sheet: how mail travels, and the steps' dialogs by their numbers.
        fn drawings(&self) -> Result<String, RenderError> {
            let draw = |drawn: Value| {
                let view =
                    minijinja::value::merge_maps([minijinja::context! { drawn }, self.facts.view.clone()]);
                let (svg, _) = self.job.builder.engine.render(sheet::DRAWING, "svg", &view)?;
                format::operations(&svg).map(|d| d.to_string()).map_err(|e| RenderError::new(e.0))
            };
            let mut steps = BTreeMap::new();
            for step in self.facts.view.get_attr("steps")?.try_iter()? {
                let figure = step.get_attr("figure")?;
                if !figure.is_none() {
                    steps.insert(step.get_attr("number")?.to_string(), draw(figure)?);
                }
            }
            let travel = draw(Value::from(()))?;
            Ok(serde_json::json!({ "travel": travel, "steps": steps }).to_string())
        }
    }
}
