//! From text to tree, by descent.

use std::str::FromStr;

use super::{Operator, Xpath, XpathError};

impl FromStr for Xpath {
    type Err = XpathError;

    fn from_str(text: &str) -> Result<Self, XpathError> {
        let chars: Vec<char> = text.chars().collect();
        if chars.len() > Self::CHARS_MAX {
            return Err(XpathError::TooLong);
        }
        let mut parser = Parser {
            chars: &chars,
            at: 0,
            parts: 0,
        };
        let read = parser.level(0, 0)?;
        parser.blanks();
        if parser.at < chars.len() {
            return Err(parser.stopped());
        }
        Ok(read)
    }
}

/// Operators by how weakly they bind; each level takes those of the next as its sides.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("!=", Operator::NotEqual), ("=", Operator::Equal)],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[
        ("*", Operator::Times),
        ("div", Operator::Over),
        ("mod", Operator::Modulo),
    ],
];

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    parts: usize,
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.')
}

impl Parser<'_> {
    fn blanks(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Why reading stopped here.
    fn stopped(&self) -> XpathError {
        match self.peek() {
            Some('/' | '[' | '|' | '@') => XpathError::Path(self.chars[self.at..].iter().take(20).collect()),
            _ => XpathError::Syntax(self.at + 1),
        }
    }

    fn part(&mut self) -> Result<(), XpathError> {
        self.parts += 1;
        if self.parts > Xpath::PARTS_MAX {
            return Err(XpathError::TooBig);
        }
        Ok(())
    }

    fn operator(&mut self, level: usize) -> Option<Operator> {
        self.blanks();
        for (sign, operator) in LEVELS[level] {
            let rest = &self.chars[self.at..];
            let is_here = sign.chars().enumerate().all(|(at, c)| rest.get(at) == Some(&c));
            let after = rest.get(sign.len()).copied();
            let is_word = sign.starts_with(char::is_alphabetic);
            if is_here && !(is_word && after.is_some_and(is_name)) {
                self.at += sign.len();
                return Some(*operator);
            }
        }
        None
    }

    fn level(&mut self, level: usize, depth: usize) -> Result<Xpath, XpathError> {
        if level == LEVELS.len() {
            return self.signed(depth);
        }
        let mut left = self.level(level + 1, depth)?;
        while let Some(operator) = self.operator(level) {
            self.part()?;
            let right = self.level(level + 1, depth)?;
            left = Xpath::Binary(operator, Box::new([left, right]));
        }
        Ok(left)
    }

    fn signed(&mut self, depth: usize) -> Result<Xpath, XpathError> {
        if depth > Xpath::DEPTH_MAX {
            return Err(XpathError::TooDeep);
        }
        self.part()?;
        self.blanks();
        if self.peek() == Some('-') {
            self.at += 1;
            return Ok(Xpath::Negate(Box::new(self.signed(depth + 1)?)));
        }
        self.operand(depth)
    }

    fn operand(&mut self, depth: usize) -> Result<Xpath, XpathError> {
        let next = self.chars.get(self.at + 1).copied();
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let inner = self.level(0, depth + 1)?;
                self.expect(')')?;
                Ok(inner)
            }
            Some(quote @ ('"' | '\'')) => self.text(quote),
            Some('$') if next == Some('{') => self.reference(),
            Some(c) if c.is_ascii_digit() || (c == '.' && next.is_some_and(|c| c.is_ascii_digit())) => {
                Ok(self.number())
            }
            Some('.') if next != Some('.') && next != Some('/') => {
                self.at += 1;
                Ok(Xpath::Own)
            }
            Some('.') => Err(XpathError::Path(self.chars[self.at..].iter().take(20).collect())),
            Some(c) if c.is_alphabetic() => self.call(depth),
            _ => Err(self.stopped()),
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), XpathError> {
        self.blanks();
        if self.peek() != Some(wanted) {
            return Err(self.stopped());
        }
        self.at += 1;
        Ok(())
    }

    /// Everything up to `end`, which is taken too.
    fn until(&mut self, end: char) -> Result<String, XpathError> {
        let rest = &self.chars[self.at..];
        let length = rest.iter().position(|c| *c == end);
        let length = length.ok_or(XpathError::Syntax(self.at + 1))?;
        self.at += length + 1;
        Ok(rest[..length].iter().collect())
    }

    fn text(&mut self, quote: char) -> Result<Xpath, XpathError> {
        self.at += 1;
        self.until(quote).map(Xpath::Text)
    }

    fn reference(&mut self) -> Result<Xpath, XpathError> {
        self.at += 2;
        let name = self.until('}')?;
        Ok(Xpath::Name(name.trim().to_owned()))
    }

    fn number(&mut self) -> Xpath {
        let rest = &self.chars[self.at..];
        let length = rest.iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
        self.at += length;
        Xpath::Number(rest[..length].iter().collect())
    }

    fn call(&mut self, depth: usize) -> Result<Xpath, XpathError> {
        let begin = self.at;
        let name: String = self.chars[begin..].iter().take_while(|c| is_name(**c)).collect();
        self.at += name.chars().count();
        self.blanks();
        if self.peek() != Some('(') {
            // A bare word is a path: the child of that name.
            return Err(XpathError::Path(name));
        }
        self.at += 1;
        let mut arguments = Vec::new();
        self.blanks();
        if self.peek() == Some(')') {
            self.at += 1;
            return Ok(Xpath::Call(name, arguments));
        }
        loop {
            arguments.push(self.level(0, depth + 1)?);
            self.blanks();
            if self.peek() != Some(',') {
                break;
            }
            self.at += 1;
        }
        self.expect(')')?;
        Ok(Xpath::Call(name, arguments))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Xpath {
        text.parse().unwrap()
    }

    #[test]
    fn operators_bind_as_in_xpath() {
        let one = read("${a} = 1 or ${b} < 2 + 3 * 4 and not(.)");
        let Xpath::Binary(Operator::Or, sides) = one else {
            panic!("not an or")
        };
        assert!(matches!(sides[1], Xpath::Binary(Operator::And, _)));
        assert_eq!(read("(${a}-1)"), read("${a} - 1"));
        assert_eq!(
            read("count-selected(.)"),
            Xpath::Call("count-selected".into(), vec![Xpath::Own])
        );
    }

    #[test]
    fn what_is_no_expression_says_where() {
        assert_eq!("${a} = ".parse::<Xpath>(), Err(XpathError::Syntax(8)));
        assert_eq!("'abc".parse::<Xpath>(), Err(XpathError::Syntax(2)));
        assert!(matches!("../a = 1".parse::<Xpath>(), Err(XpathError::Path(_))));
        assert!(matches!("${a}[1]".parse::<Xpath>(), Err(XpathError::Path(_))));
        assert!(matches!("/data/a".parse::<Xpath>(), Err(XpathError::Path(_))));
    }

    #[test]
    fn depth_length_and_parts_are_bounded() {
        for open in ["(", "-", "not("] {
            let deep = open.repeat(400) + "1";
            assert_eq!(deep.parse::<Xpath>(), Err(XpathError::TooDeep), "{open}");
        }
        assert_eq!("1+".repeat(500).parse::<Xpath>(), Err(XpathError::TooBig));
        assert_eq!(" ".repeat(2_001).parse::<Xpath>(), Err(XpathError::TooLong));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<Xpath>();
        }

        #[test]
        fn no_run_of_its_own_words_makes_the_parser_panic(
            words in prop::collection::vec(prop::sample::select(vec![
                "${a}", ".", "..", "/", "(", ")", "[", "'x'", "\"", "and", "or", "div", "mod", "*", "-", "+", "=", "!=", "<=", "1", ".5", ",", "not(", "if(", " ", "$", "{",
            ]), 0..60)
        ) {
            let _ = words.concat().parse::<Xpath>();
        }
    }
}
