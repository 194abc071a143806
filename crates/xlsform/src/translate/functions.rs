//! The functions of XLSForm that a pack can say.

use super::{Kind, Named, Part, Stuck, Translation, fact_part, kinds};
use crate::xpath::{Operator, Xpath, XpathError};

/// What people divide days by to get years.
const YEARS: [&str; 5] = ["365", "365.25", "365.24", "365.242", "365.2425"];

fn outside(name: &str) -> Stuck {
    XpathError::Function(format!("{name}()")).into()
}

impl Translation<'_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[Xpath], exact: bool) -> Result<Part, Stuck> {
        match (name, arguments) {
            ("true", []) => Ok(Part::new("true", Kind::Flag)),
            ("false", []) => Ok(Part::new("false", Kind::Flag)),
            ("today", []) => Ok(Part::new("today", Kind::Date)),
            ("not", [one]) => {
                let one = self.condition(one, true)?;
                Ok(Part::new(format!("!({})", one.text), Kind::Flag))
            }
            ("if", [condition, yes, no]) => self.either(condition, yes, no, exact),
            ("selected", [of, Xpath::Text(code)]) => self.selected(of, code),
            ("count-selected", [of]) => match self.part(of, exact)? {
                part if matches!(part.kind, Kind::Codes(_)) => {
                    Ok(Part::new(format!("size({})", part.text), Kind::Integer))
                }
                _ => Err(outside(name)),
            },
            ("string-length", [of]) => {
                let part = self.part(of, exact)?;
                if !part.kind.is_text() {
                    return Err(outside(name));
                }
                let text = if part.fact {
                    format!("(has({0}) ? size({0}) : 0)", part.text)
                } else {
                    format!("size({})", part.text)
                };
                Ok(Part::new(text, Kind::Integer))
            }
            ("count", [Xpath::Name(table)]) => match self.scope.get(table) {
                Some(Named::Table(id)) => Ok(Part::new(format!("count(\"{id}\")"), Kind::Integer)),
                _ => Err(outside(name)),
            },
            ("coalesce", [one, other]) => self.coalesce(one, other, exact),
            ("concat", _) if !arguments.is_empty() => self.concat(arguments, exact),
            ("starts-with" | "contains", [whole, part]) => self.within(name, whole, part, exact),
            ("regex", [of, Xpath::Text(pattern)]) => self.regex(of, pattern, exact),
            ("date", [Xpath::Text(day)]) => Ok(Part::new(super::quoted(day), Kind::Date)),
            ("date" | "decimal-date-time", [one]) => match self.part(one, exact)? {
                part if part.kind == Kind::Date => Ok(part),
                _ => Err(outside(name)),
            },
            ("int" | "floor", [one]) => self.whole(name, one, exact),
            ("number", [one]) => match self.part(one, exact)? {
                part if part.kind.is_number() => Ok(part),
                _ => Err(outside(name)),
            },
            ("string", [one]) => match self.part(one, exact)? {
                part if part.kind.is_text() => Ok(part),
                _ => Err(outside(name)),
            },
            ("min" | "max", [one, other]) => {
                let (one, other) = (self.part(one, exact)?, self.part(other, exact)?);
                if !one.kind.is_number() || one.kind != other.kind {
                    return Err(outside(name));
                }
                let sign = if name == "min" { "<" } else { ">" };
                let text = format!("({0} {sign} {1} ? {0} : {1})", one.text, other.text);
                Ok(Part::new(text, one.kind.clone()).with(&[&one, &other]))
            }
            _ => Err(outside(name)),
        }
    }

    fn either(&mut self, condition: &Xpath, yes: &Xpath, no: &Xpath, exact: bool) -> Result<Part, Stuck> {
        let condition = self.condition(condition, true)?;
        let (yes, no) = (self.branch(yes, exact)?, self.branch(no, exact)?);
        let kind = match (&yes.kind, &no.kind) {
            (Kind::Nothing, kind) | (kind, Kind::Nothing) => kind.clone(),
            (left, right) if left == right => left.clone(),
            (Kind::Literal(_) | Kind::Text, Kind::Literal(_) | Kind::Text) => Kind::Text,
            (Kind::Literal(_), kind @ (Kind::Code(_) | Kind::Date))
            | (kind @ (Kind::Code(_) | Kind::Date), Kind::Literal(_)) => kind.clone(),
            (left, right) if left.is_number() && right.is_number() => Kind::Number,
            _ => return Err(kinds("if()")),
        };
        // The evaluator takes a whole number in one branch and a decimal in the other for one kind of number only this way round.
        let (yes_text, no_text) = match (&kind, &yes.kind) {
            (Kind::Number, Kind::Integer) => (format!("(1.0 * {})", yes.text), no.text.clone()),
            _ => (yes.text.clone(), no.text.clone()),
        };
        let text = format!("({} ? {yes_text} : {no_text})", condition.text);
        Ok(Part::new(text, kind).with(&[&yes, &no]))
    }

    /// An empty text as a value is no value.
    fn branch(&mut self, xpath: &Xpath, exact: bool) -> Result<Part, Stuck> {
        match xpath {
            Xpath::Text(text) if text.is_empty() => Ok(Part::new("null", Kind::Nothing)),
            other => self.part(other, exact),
        }
    }

    fn selected(&mut self, of: &Xpath, code: &str) -> Result<Part, Stuck> {
        let part = self.part(of, false)?;
        let code = super::quoted(code);
        match part.kind {
            Kind::Codes(_) => Ok(Part::new(format!("({code} in {})", part.text), Kind::Flag)),
            Kind::Code(_) => Ok(Part::new(format!("({} == {code})", part.text), Kind::Flag)),
            _ => Err(outside("selected")),
        }
    }

    fn coalesce(&mut self, one: &Xpath, other: &Xpath, exact: bool) -> Result<Part, Stuck> {
        let (one, other) = (self.part(one, exact)?, self.part(other, exact)?);
        let same = one.kind == other.kind || (one.kind == Kind::Text && other.kind.is_text());
        if !one.fact || !same {
            return Err(outside("coalesce"));
        }
        let text = format!("(has({0}) ? {0} : {1})", one.text, other.text);
        Ok(Part::new(text, one.kind.clone()).with(&[&other]))
    }

    fn concat(&mut self, arguments: &[Xpath], exact: bool) -> Result<Part, Stuck> {
        let mut texts = Vec::new();
        for argument in arguments {
            let part = self.part(argument, exact)?;
            if !part.kind.is_text() {
                return Err(outside("concat"));
            }
            // A blank answer adds nothing.
            texts.push(if part.fact {
                format!("(has({0}) ? {0} : \"\")", part.text)
            } else {
                part.text
            });
        }
        Ok(Part::new(format!("({})", texts.join(" + ")), Kind::Text))
    }

    fn within(&mut self, name: &str, whole: &Xpath, part: &Xpath, exact: bool) -> Result<Part, Stuck> {
        let (whole, part) = (self.part(whole, exact)?, self.part(part, exact)?);
        if whole.kind != Kind::Text || !matches!(part.kind, Kind::Literal(_)) {
            return Err(outside(name));
        }
        let method = if name == "contains" { "contains" } else { "startsWith" };
        Ok(asked(&whole, &format!("{}.{method}({})", whole.text, part.text), exact))
    }

    /// A pattern of plain letters, perhaps from the beginning; anything else is beyond a pack.
    fn regex(&mut self, of: &Xpath, pattern: &str, exact: bool) -> Result<Part, Stuck> {
        let whole = self.part(of, exact)?;
        let (method, plain) = match pattern.strip_prefix('^') {
            Some(rest) => ("startsWith", rest),
            None => ("contains", pattern),
        };
        let is_plain = !plain.is_empty()
            && plain
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        if whole.kind != Kind::Text || !is_plain {
            return Err(outside("regex"));
        }
        let text = format!("{}.{method}({})", whole.text, super::quoted(plain));
        Ok(asked(&whole, &text, exact))
    }

    /// `int((today() - ${born}) div 365.25)` is how forms count years, and a pack has years.
    fn whole(&mut self, name: &str, one: &Xpath, exact: bool) -> Result<Part, Stuck> {
        if let Xpath::Binary(Operator::Over, two) = one
            && let (Xpath::Binary(Operator::Minus, days), Xpath::Number(by)) = (&two[0], &two[1])
            && YEARS.contains(&by.as_str())
        {
            let (to, from) = (self.part(&days[0], exact)?, self.part(&days[1], exact)?);
            if to.kind == Kind::Date && from.kind == Kind::Date {
                self.by_calendar = true;
                let text = format!("years_between({}, {})", from.text, to.text);
                return Ok(Part::new(text, Kind::Integer).with(&[&to, &from]));
            }
        }
        match self.part(one, exact)? {
            part if part.kind == Kind::Integer => Ok(part),
            _ => Err(outside(name)),
        }
    }
}

/// A test of a text, which is no where the text is blank.
fn asked(whole: &Part, text: &str, exact: bool) -> Part {
    if exact && whole.fact {
        Part::new(format!("(has({}) && {text})", whole.text), Kind::Flag)
    } else {
        Part::new(text, Kind::Flag).with(&[&fact_or(whole)])
    }
}

fn fact_or(whole: &Part) -> Part {
    if whole.fact {
        fact_part(&whole.text, &whole.kind)
    } else {
        whole.clone()
    }
}
