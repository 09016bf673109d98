//! Loading of taint rows: each is filed under every API path that it names.

use base::Name;
use toml::Spanned;

use super::Loader;
use super::file::File;
use crate::error::{KnowledgeError, Problem};
use crate::knowledge::plain;
use crate::source::schema::{SchemaRow, TypeRow};
use crate::source::taint::{
    AliasRow, CallbackRow, CleanRow, EmbedRow, EntryRow, FileRow, GuardRow, KeepRow, MarkRow,
    MisuseRow, PropagateRow, SinkRow, SourceRow, TaintFile, Vocabularies, VouchRow,
};
use crate::source::{Texts, access_path};
use crate::{AccessPath, CallModel, LanguageModel, Root};

/// What happens to a row that says what another says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// It is an error: in the built-in data.
    Refused,
    /// It is dropped: a user's row may become a built-in one.
    Allowed,
}

impl Loader {
    /// Files the rows of one taint file.
    pub(super) fn taint(
        &mut self,
        file: File<'_>,
        language: &str,
        rows: &TaintFile,
        repeats: Repeats,
    ) {
        if let Err(problem) = self.language(language) {
            let error = file.error(0, &format!("language `{language}`"), problem);
            self.errors.push(error);
            return;
        }
        let Self { knowledge, errors } = self;
        let words = Vocabularies {
            kinds: &knowledge.kinds,
            events: &knowledge.events,
            domains: &knowledge.domains,
        };
        let Some(model) = knowledge.languages.get_mut(language) else {
            return;
        };
        let mut filing = Filing {
            file,
            package: &rows.package,
            words,
            repeats,
            model,
            errors,
        };
        filing.rows(&rows.sink);
        filing.rows(&rows.propagate);
        filing.rows(&rows.clean);
        filing.rows(&rows.guard);
        filing.rows(&rows.misuse);
        filing.rows(&rows.vouch);
        filing.rows(&rows.schema);
        filing.rows(&rows.types);
        filing.rows(&rows.mark);
        filing.rows(&rows.callback);
        filing.rows(&rows.file);
        filing.rows(&rows.source);
        filing.rows(&rows.entry);
        filing.rows(&rows.alias);
        filing.rows(&rows.embed);
        filing.rows(&rows.keep);
    }
}

/// The filing of one file's rows.
struct Filing<'a> {
    file: File<'a>,
    package: &'a Texts,
    words: Vocabularies<'a>,
    repeats: Repeats,
    model: &'a mut LanguageModel,
    errors: &'a mut Vec<KnowledgeError>,
}

/// An API path as a row names it.
enum Target {
    /// A full path.
    Call(Name),
    /// `*.name`: a method of whatever.
    Method(Name),
}

impl Filing<'_> {
    fn rows<R: Row>(&mut self, rows: &[Spanned<R>]) {
        for spanned in rows {
            let row = spanned.get_ref();
            if let Err(problem) = self.row(row) {
                let label = format!("[[{}]] `{}`", R::TABLE, row.label());
                let error = self.file.error(spanned.span().start, &label, problem);
                self.errors.push(error);
            }
        }
    }

    fn row<R: Row>(&mut self, row: &R) -> Result<(), Problem> {
        row.file_values(self)?;
        if row.is_about_value() {
            return Ok(());
        }
        for target in self.targets(row.call(), "call")? {
            let model = match target {
                Target::Call(path) => self.model.calls.entry(path).or_default(),
                Target::Method(name) => self.model.methods.entry(name).or_default(),
            };
            row.apply(model, self.words, self.repeats)?;
        }
        Ok(())
    }

    /// The API paths that a `call` or `value` names, under every package of the file.
    fn targets(&self, names: &Texts, key: &'static str) -> Result<Vec<Target>, Problem> {
        let mut paths: Vec<Name> = Vec::new();
        let mut targets = Vec::new();
        for name in names.filled(key)? {
            if let Some(method) = name.strip_prefix("*.") {
                targets.push(Target::Method(check_path(method)?));
                continue;
            }
            let packages = match self.package.as_slice() {
                [] => vec![name.to_string()],
                packages => packages.iter().map(|it| join(it, name)).collect(),
            };
            for path in packages {
                let path = check_path(plain(&path))?;
                // The same module under two names, as `fs` and `node:fs`, is filed once.
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        targets.extend(paths.into_iter().map(Target::Call));
        Ok(targets)
    }
}

fn join(package: &str, name: &str) -> String {
    if name.starts_with('(') {
        format!("{package}{name}")
    } else {
        format!("{package}.{name}")
    }
}

/// Refuses what cannot be an API path: empty names and unbalanced parentheses, which no call would ever match.
fn check_path(path: &str) -> Result<Name, Problem> {
    let mut depth = 0_usize;
    let mut name_is_empty = true;
    for letter in path.chars() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Err(UNBALANCED),
            ')' => depth -= 1,
            '.' if depth == 0 && name_is_empty => return Err(NAMELESS),
            _ => {}
        }
        // The dots of a package such as `./x` or `a..b` cannot occur: packages are named by their registry.
        name_is_empty = letter == '.' && depth == 0;
    }
    if depth != 0 {
        return Err(UNBALANCED);
    }
    if name_is_empty {
        return Err(NAMELESS);
    }
    Ok(path.into())
}

const UNBALANCED: Problem = Problem::Conflict("the parentheses of the API path do not match");
const NAMELESS: Problem = Problem::Conflict("a name in the API path is missing");

/// A row that says something about calls.
trait Row {
    /// The table it stands in.
    const TABLE: &'static str;

    /// The calls.
    fn call(&self) -> &Texts;

    /// Adds what it says to what is known about one of the calls.
    fn apply(
        &self,
        model: &mut CallModel,
        words: Vocabularies<'_>,
        repeats: Repeats,
    ) -> Result<(), Problem>;

    /// How people would name it.
    fn label(&self) -> String {
        self.call().label()
    }

    /// Whether it is about reading a value rather than about a call.
    fn is_about_value(&self) -> bool {
        false
    }

    /// Files what it says about reading values.
    fn file_values(&self, _filing: &mut Filing<'_>) -> Result<(), Problem> {
        Ok(())
    }
}

fn add<T: PartialEq>(
    known: &mut Vec<T>,
    new: impl IntoIterator<Item = T>,
    repeats: Repeats,
) -> Result<(), Problem> {
    for item in new {
        match (known.contains(&item), repeats) {
            (false, _) => known.push(item),
            (true, Repeats::Allowed) => {}
            (true, Repeats::Refused) => return Err(Problem::Duplicate),
        }
    }
    Ok(())
}

fn set<T: PartialEq>(known: &mut Option<T>, new: T, repeats: Repeats) -> Result<(), Problem> {
    match (&known, repeats) {
        (Some(old), Repeats::Refused) if *old == new => Err(Problem::Duplicate),
        (Some(old), _) if *old != new => Err(Problem::Conflict(
            "another row says something else of this call",
        )),
        _ => {
            *known = Some(new);
            Ok(())
        }
    }
}

/// Rows that only add to one list of a call's model.
macro_rules! rows {
    ($($row:ty: $table:literal, $list:ident from $items:expr;)*) => {$(
        impl Row for $row {
            const TABLE: &'static str = $table;

            fn call(&self) -> &Texts {
                &self.call
            }

            fn apply(
                &self,
                model: &mut CallModel,
                words: Vocabularies<'_>,
                repeats: Repeats,
            ) -> Result<(), Problem> {
                let items: fn(&Self, Vocabularies<'_>) -> Result<_, Problem> = $items;
                add(&mut model.$list, items(self, words)?, repeats)
            }
        }
    )*};
}

rows! {
    SinkRow: "sink", sinks from |row, words| row.sinks(words);
    PropagateRow: "propagate", propagations from |row, words| row.propagations(words);
    CleanRow: "clean", propagations from |row, words| row.propagation(words).map(|it| [it]);
    GuardRow: "guard", guards from |row, words| row.guards(words);
    MisuseRow: "misuse", misuses from |row, words| row.misuse(words).map(|it| [it]);
    VouchRow: "vouch", vouches from |row, words| row.vouch(words).map(|it| [it]);
    MarkRow: "mark", marks from |row, words| row.mark(words).map(|it| [it]);
    SchemaRow: "schema", schemas from |row, words| row.schema(words).map(|it| [it]);
    TypeRow: "type", types from |row, words| row.model(words).map(|it| [it]);
    CallbackRow: "callback", callbacks from |row, _| row.callback().map(|it| [it]);
    FileRow: "file", files from |row, _| row.effect().map(|it| [it]);
    EntryRow: "entry", entries from |row, words| row.entry(words).map(|it| [it]);
}

impl Row for SourceRow {
    const TABLE: &'static str = "source";

    fn call(&self) -> &Texts {
        &self.call
    }

    fn apply(
        &self,
        model: &mut CallModel,
        words: Vocabularies<'_>,
        repeats: Repeats,
    ) -> Result<(), Problem> {
        add(&mut model.sources, self.sources(words)?, repeats)
    }

    fn label(&self) -> String {
        if self.is_about_value() {
            self.value.label()
        } else {
            self.call.label()
        }
    }

    fn is_about_value(&self) -> bool {
        self.call.as_slice().is_empty()
    }

    fn file_values(&self, filing: &mut Filing<'_>) -> Result<(), Problem> {
        let sources = self.sources(filing.words)?;
        if !self.is_about_value() {
            return Ok(());
        }
        for target in filing.targets(&self.value, "value")? {
            let Target::Call(path) = target else {
                return Err(Problem::Conflict("a value has a full API path"));
            };
            let known = filing.model.values.entry(path).or_default();
            add(known, sources.iter().cloned(), filing.repeats)?;
        }
        Ok(())
    }
}

impl Row for AliasRow {
    const TABLE: &'static str = "alias";

    fn call(&self) -> &Texts {
        &self.call
    }

    fn apply(
        &self,
        model: &mut CallModel,
        _words: Vocabularies<'_>,
        repeats: Repeats,
    ) -> Result<(), Problem> {
        if self.to.is_empty() {
            return Err(Problem::Empty("to"));
        }
        set(&mut model.alias, check_path(plain(&self.to))?, repeats)
    }
}

impl Row for EmbedRow {
    const TABLE: &'static str = "embed";

    fn call(&self) -> &Texts {
        &self.call
    }

    fn apply(
        &self,
        model: &mut CallModel,
        _words: Vocabularies<'_>,
        repeats: Repeats,
    ) -> Result<(), Problem> {
        let AccessPath {
            root: Root::Argument(position),
            steps,
        } = access_path(&self.argument)?
        else {
            return Err(Problem::Conflict(
                "`argument` is one argument, such as `0:name`",
            ));
        };
        if !steps.is_empty() {
            return Err(Problem::Conflict(
                "a part of an argument cannot be embedded",
            ));
        }
        set(&mut model.embeds, position, repeats)
    }
}

impl Row for KeepRow {
    const TABLE: &'static str = "keep";

    fn call(&self) -> &Texts {
        &self.call
    }

    fn apply(
        &self,
        model: &mut CallModel,
        _words: Vocabularies<'_>,
        repeats: Repeats,
    ) -> Result<(), Problem> {
        if model.keeps && repeats == Repeats::Refused {
            return Err(Problem::Duplicate);
        }
        model.keeps = true;
        Ok(())
    }
}
