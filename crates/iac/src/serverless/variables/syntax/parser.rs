//! Reading of the notation, by recursive descent.

use base::Name;

use super::{Delimiters, Literal, Segment, Source, Template, Variable};

/// A variable that is not well-formed.
struct Broken;

/// What follows a source.
enum Follow {
    /// Another source.
    Source,
    /// The end of the variable.
    End,
}

/// Reads a text from front to back.
pub(super) struct Parser<'a> {
    rest: &'a str,
    delimiters: &'a Delimiters,
    depth: u32,
}

impl<'a> Parser<'a> {
    /// A parser at the front of `text`, which refuses variables nested deeper than `depth`.
    pub(super) fn new(text: &'a str, delimiters: &'a Delimiters, depth: u32) -> Self {
        Self {
            rest: text,
            delimiters,
            depth,
        }
    }

    /// Everything up to the end of the text.
    pub(super) fn text(&mut self) -> Template {
        let mut segments = Segments::default();
        while let Some(start) = self.rest.find(self.delimiters.open.as_str()) {
            let backslashes = self.take(start, &mut segments);
            if backslashes % 2 == 1 {
                segments.push_str(self.delimiters.open.as_str());
                self.skip(self.delimiters.open.len());
                continue;
            }
            if !self.opens_variable() {
                segments.push_str(self.delimiters.open.as_str());
                self.skip(self.delimiters.open.len());
                continue;
            }
            let written = self.rest;
            match self.variable() {
                Ok(variable) => segments.push(Segment::Variable(variable)),
                Err(Broken) => {
                    segments.push(Segment::Malformed(Name::from(written)));
                    self.rest = "";
                }
            }
        }
        segments.push_str(self.rest);
        self.rest = "";
        Template(segments.finish())
    }

    /// Moves the characters before the delimiter at `start` into `segments` and gives the number of backslashes at their end,
    /// half of which stay.
    fn take(&mut self, start: usize, segments: &mut Segments) -> usize {
        let before = self.rest.get(..start).unwrap_or_default();
        let kept = before.trim_end_matches('\\');
        let backslashes = before.len() - kept.len();
        segments.push_str(kept);
        segments.push_str(&"\\".repeat(backslashes / 2));
        self.skip(start);
        backslashes
    }

    /// Whether the delimiter at the front opens one of the framework's variables: a lower-case word, then `:` or `(`, but not
    /// `::`. All else belongs to somebody else (`${AWS::Region}`, `${Bucket}`, `${!Literal}`).
    fn opens_variable(&self) -> bool {
        let inside = self
            .rest
            .get(self.delimiters.open.len()..)
            .unwrap_or_default();
        let inside = inside.trim_start_matches(' ');
        let kind = kind_of(inside);
        let after = inside.get(kind.len()..).unwrap_or_default();
        kind.starts_with(|c: char| c.is_ascii_lowercase())
            && after.starts_with([':', '('])
            && !after.starts_with("::")
    }

    /// One variable, delimiters included.
    fn variable(&mut self) -> Result<Variable, Broken> {
        self.depth = self.depth.checked_sub(1).ok_or(Broken)?;
        let written = self.rest;
        self.skip(self.delimiters.open.len());
        let mut sources = Vec::new();
        loop {
            let (source, follow) = self.source()?;
            sources.push(source);
            match follow {
                Follow::Source => {}
                Follow::End => break,
            }
        }
        self.depth += 1;
        let length = written.len() - self.rest.len();
        Ok(Variable {
            text: Name::from(written.get(..length).unwrap_or_default()),
            sources,
        })
    }

    /// One source and what follows it.
    fn source(&mut self) -> Result<(Source, Follow), Broken> {
        self.skip_spaces();
        if self.rest.starts_with(self.delimiters.open.as_str()) {
            let nested = self.variable()?;
            return Ok((Source::Nested(nested), self.follow()?));
        }
        if let Some(text) = self.quoted()? {
            return Ok((Source::Literal(Literal::Text(text)), self.follow()?));
        }
        let kind = kind_of(self.rest);
        self.skip(kind.len());
        match self.rest.chars().next() {
            Some(':') => {
                self.skip(1);
                let (address, follow) = self.address()?;
                Ok((
                    Source::Reference {
                        kind: kind.into(),
                        params: Vec::new(),
                        address,
                    },
                    follow,
                ))
            }
            Some('(') => {
                self.skip(1);
                let params = self.params()?;
                self.skip_spaces();
                let (address, follow) = match self.rest.strip_prefix(':') {
                    Some(rest) => {
                        self.rest = rest;
                        self.address()?
                    }
                    None => (None, self.follow()?),
                };
                Ok((
                    Source::Reference {
                        kind: kind.into(),
                        params,
                        address,
                    },
                    follow,
                ))
            }
            _ => Ok((Source::Literal(bare_literal(kind)?), self.follow()?)),
        }
    }

    /// What follows the colon of a source, and what follows that.
    fn address(&mut self) -> Result<(Option<Template>, Follow), Broken> {
        self.skip_spaces();
        let address = match self.quoted()? {
            Some(text) => Some(Template(vec![Segment::Literal(text)])),
            None => self.raw(&[","])?,
        };
        Ok((address, self.follow()?))
    }

    /// What stands between the parentheses of a source, the closing one included.
    fn params(&mut self) -> Result<Vec<Template>, Broken> {
        let mut params = Vec::new();
        loop {
            self.skip_spaces();
            let param = match self.quoted()? {
                Some(text) => Some(Template(vec![Segment::Literal(text)])),
                None => self.raw(&[",", ")"])?,
            };
            self.skip_spaces();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                params.extend(param);
                return Ok(params);
            }
            self.rest = self.rest.strip_prefix(',').ok_or(Broken)?;
            params.push(param.unwrap_or_default());
        }
    }

    /// Unquoted text with variables in it, up to the end of the variable or one of `stops`; spaces around it do not count.
    fn raw(&mut self, stops: &[&str]) -> Result<Option<Template>, Broken> {
        let mut segments = Segments::default();
        loop {
            let (length, is_variable) = self.raw_length(stops).ok_or(Broken)?;
            segments.push_str(self.rest.get(..length).unwrap_or_default());
            self.skip(length);
            if !is_variable {
                break;
            }
            segments.push(Segment::Variable(self.variable()?));
        }
        let segments = segments.trim_end();
        Ok((!segments.is_empty()).then_some(Template(segments)))
    }

    /// How many bytes come before the next delimiter or stop, and whether it opens a variable; nothing where there is none.
    fn raw_length(&self, stops: &[&str]) -> Option<(usize, bool)> {
        self.rest.char_indices().find_map(|(offset, _)| {
            let here = self.rest.get(offset..).unwrap_or_default();
            if here.starts_with(self.delimiters.open.as_str()) {
                return Some((offset, true));
            }
            let ends = here.starts_with(self.delimiters.close.as_str())
                || stops.iter().any(|stop| here.starts_with(stop));
            ends.then_some((offset, false))
        })
    }

    /// A text in quotes, where one stands here. Backslashes escape inside double quotes.
    fn quoted(&mut self) -> Result<Option<Name>, Broken> {
        let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            return Ok(None);
        };
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            match character {
                '\\' if quote == '"' => text.push(unescaped(characters.next().ok_or(Broken)?.1)),
                _ if character == quote => {
                    self.skip(offset + 1);
                    return Ok(Some(text.into()));
                }
                _ => text.push(character),
            }
        }
        Err(Broken)
    }

    /// A comma or the closing delimiter.
    fn follow(&mut self) -> Result<Follow, Broken> {
        self.skip_spaces();
        if let Some(rest) = self.rest.strip_prefix(self.delimiters.close.as_str()) {
            self.rest = rest;
            return Ok(Follow::End);
        }
        self.rest = self.rest.strip_prefix(',').ok_or(Broken)?;
        Ok(Follow::Source)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

/// The longest word at the front of `text` that may name a source.
fn kind_of(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn bare_literal(word: &str) -> Result<Literal, Broken> {
    match word {
        "" => Err(Broken),
        "true" => Ok(Literal::Bool(true)),
        "false" => Ok(Literal::Bool(false)),
        "null" => Ok(Literal::Null),
        // A bare word was a text in version 1 and is an error since; as a text it tells what was meant.
        _ => Ok(match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Literal::Number(number),
            _ => Literal::Text(word.into()),
        }),
    }
}

fn unescaped(character: char) -> char {
    match character {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

/// Segments under construction; literals next to each other are one.
#[derive(Default)]
struct Segments {
    done: Vec<Segment>,
    literal: String,
}

impl Segments {
    fn push_str(&mut self, text: &str) {
        self.literal.push_str(text);
    }

    fn push(&mut self, segment: Segment) {
        self.flush();
        self.done.push(segment);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.done
                .push(Segment::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Vec<Segment> {
        self.flush();
        self.done
    }

    fn trim_end(mut self) -> Vec<Segment> {
        self.literal.truncate(self.literal.trim_end().len());
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parts of a text in one line: literals as they are, variables as `⟨source | source⟩`.
    fn read(text: &str) -> String {
        show(&Template::parse(text, &Delimiters::default(), 20))
    }

    fn show(template: &Template) -> String {
        template
            .0
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => text.to_string(),
                Segment::Variable(variable) => show_variable(variable),
                Segment::Malformed(text) => format!("⟨malformed {text}⟩"),
            })
            .collect()
    }

    fn show_variable(variable: &Variable) -> String {
        let sources: Vec<String> = variable.sources.iter().map(show_source).collect();
        format!("⟨{}⟩", sources.join(" | "))
    }

    fn show_source(source: &Source) -> String {
        match source {
            Source::Literal(literal) => format!("{literal:?}"),
            Source::Nested(variable) => show_variable(variable),
            Source::Reference {
                kind,
                params,
                address,
            } => {
                let params: Vec<String> = params.iter().map(show).collect();
                let address = address.as_ref().map_or("-".to_owned(), show);
                format!("{kind}({}) {address}", params.join("; "))
            }
        }
    }

    #[test]
    fn sources_of_a_variable() {
        let cases = [
            ("plain", "plain"),
            ("${self:custom.a.0}", "⟨self() custom.a.0⟩"),
            ("${self:}", "⟨self() -⟩"),
            (
                "a-${opt:stage, 'dev'}-b",
                "a-⟨opt() stage | Text(\"dev\")⟩-b",
            ),
            (
                "${opt:stage,self:provider.stage, \"d\\\"v\"}",
                "⟨opt() stage | self() provider.stage | Text(\"d\\\"v\")⟩",
            ),
            ("${file(./x.yml):a.b}", "⟨file(./x.yml) a.b⟩"),
            (
                "${file(./x.${opt:stage, 'dev'}.json)}",
                "⟨file(./x.⟨opt() stage | Text(\"dev\")⟩.json) -⟩",
            ),
            (
                "${self:custom.${opt:stage, self:provider.stage}.x}",
                "⟨self() custom.⟨opt() stage | self() provider.stage⟩.x⟩",
            ),
            (
                "${ssm(us-west-2, raw):/a/b~true}",
                "⟨ssm(us-west-2; raw) /a/b~true⟩",
            ),
            ("${cf.us-east-1:stack.out}", "⟨cf.us-east-1() stack.out⟩"),
            (
                "${strToBool(${opt:on, 'true'})}",
                "⟨strToBool(⟨opt() on | Text(\"true\")⟩) -⟩",
            ),
            ("${env:N, 3}", "⟨env() N | Number(3.0)⟩"),
            ("${env:N, null}", "⟨env() N | Null⟩"),
            ("${opt:stage, ${self:x}}", "⟨opt() stage | ⟨self() x⟩⟩"),
            ("${file( \"./a b.yml\" ) : x }", "⟨file(./a b.yml) x⟩"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn foreign_notations_stay() {
        for text in [
            "${AWS::Region}",
            "${Bucket}",
            "${Bucket.Arn}",
            "${!Literal}",
            "$",
            "${",
            "${}",
            "$${x}",
            "#{AWS::Region}",
        ] {
            assert_eq!(read(text), text);
        }
        assert_eq!(read("${AWS::${self:x}}"), "${AWS::⟨self() x⟩}");
    }

    #[test]
    fn backslashes_escape() {
        assert_eq!(read(r"\${self:x}"), "${self:x}");
        assert_eq!(read(r"\\${self:x}"), r"\⟨self() x⟩");
        assert_eq!(read(r"C:\x"), r"C:\x");
    }

    #[test]
    fn what_is_not_closed_is_malformed() {
        assert_eq!(read("a ${self:b"), "a ⟨malformed ${self:b⟩");
        assert_eq!(read("${file(x}"), "⟨malformed ${file(x}⟩");
        assert_eq!(read("${self:a, }"), "⟨malformed ${self:a, }⟩");
        let deep = "${self:".repeat(50);
        assert_eq!(read(&deep), format!("⟨malformed {deep}⟩"));
    }

    #[test]
    fn delimiters_come_from_the_variable_syntax() {
        let double =
            Delimiters::from_variable_syntax("\\${{([ ~:a-zA-Z0-9._@'\",\\-\\/\\(\\)]+?)}}");
        let template = Template::parse("${{self:a}}-${AWS::Region}", &double, 20);
        assert_eq!(show(&template), "⟨self() a⟩-${AWS::Region}");
        assert_eq!(
            Delimiters::from_variable_syntax("nonsense"),
            Delimiters::default()
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in r#"([ -~]|\$\{|\}|self:|file\(|\)|,|'|")*"#) {
            let template = Template::parse(&text, &Delimiters::default(), 20);
            let opens = text.contains("${");
            prop_assert!(opens || template.is_just(&text));
        }

        #[test]
        fn text_without_dollar_or_backslash_stays(text in r"[^$\\]*") {
            prop_assert_eq!(read(&text), text);
        }
    }
}
