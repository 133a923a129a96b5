//! Condition expressions of event rules: selections joined by `and`, `or`, `not`, brackets, `1 of` and `all of`.

/// Words of an expression, and brackets within brackets.
const MAX_WORDS: usize = 256;
const MAX_DEPTH: usize = 32;

/// An expression over selections, by their places in the list of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    Selection(usize),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

impl Expression {
    /// Whether it holds, asking for each selection at most as often as it is named.
    pub fn holds(&self, selection: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::Selection(place) => selection(*place),
            Self::Not(inner) => !inner.holds(selection),
            Self::All(parts) => parts.iter().all(|part| part.holds(selection)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(selection)),
        }
    }
}

/// Reads an expression over the selections `names`.
pub fn parse(text: &str, names: &[&str]) -> Result<Expression, String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    if text.contains('|') {
        return Err("aggregations with `|` are obsolete in Sigma; write a correlation rule".to_owned());
    }
    if words.len() > MAX_WORDS {
        return Err(format!("has more than {MAX_WORDS} words"));
    }
    let mut parser = Parser { words: &words, place: 0, names };
    let expression = parser.any(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(word) => Err(format!("`{word}` is not expected there")),
    }
}

struct Parser<'a> {
    words: &'a [&'a str],
    place: usize,
    names: &'a [&'a str],
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.place).copied()
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.place += usize::from(is_next);
        is_next
    }

    fn any(&mut self, depth: usize) -> Result<Expression, String> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("or") {
            parts.push(self.all(depth)?);
        }
        Ok(single(parts, Expression::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expression, String> {
        let mut parts = vec![self.one(depth)?];
        while self.takes("and") {
            parts.push(self.one(depth)?);
        }
        Ok(single(parts, Expression::All))
    }

    fn one(&mut self, depth: usize) -> Result<Expression, String> {
        if depth > MAX_DEPTH {
            return Err(format!("is nested deeper than {MAX_DEPTH}"));
        }
        if self.takes("not") {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.any(depth + 1)?;
            return if self.takes(")") { Ok(inner) } else { Err("lacks a closing bracket".to_owned()) };
        }
        let word = self.peek().ok_or("ends too early")?;
        self.place += 1;
        if self.peek().is_some_and(|next| next.eq_ignore_ascii_case("of")) {
            let join = match word.to_ascii_lowercase().as_str() {
                "1" | "any" => Expression::Any,
                "all" => Expression::All,
                _ => return Err(format!("`{word} of` is neither `1 of` nor `all of`")),
            };
            self.place += 1;
            let pattern = self.peek().ok_or("ends too early")?;
            self.place += 1;
            return Ok(single(self.matching(pattern)?, join));
        }
        let place = self.names.iter().position(|name| *name == word);
        place.map(Expression::Selection).ok_or_else(|| format!("`{word}` is no selection; there are {}", self.names.join(", ")))
    }

    /// `them` is all but the names that begin with an underscore; a star ends a prefix.
    fn matching(&self, pattern: &str) -> Result<Vec<Expression>, String> {
        let is_meant = |name: &str| match pattern.strip_suffix('*') {
            _ if pattern.eq_ignore_ascii_case("them") => !name.starts_with('_'),
            Some(start) => name.starts_with(start),
            None => name == pattern,
        };
        let meant = self.names.iter().enumerate().filter(|(_, name)| is_meant(name));
        let found: Vec<Expression> = meant.map(|(place, _)| Expression::Selection(place)).collect();
        if found.is_empty() { Err(format!("`{pattern}` fits no selection; there are {}", self.names.join(", "))) } else { Ok(found) }
    }
}

fn single(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, true_ones: &[&str]) -> Result<bool, String> {
        let names = ["sel_a", "sel_b", "filter", "_hidden"];
        parse(text, &names).map(|expression| expression.holds(&|place| true_ones.contains(&names[place])))
    }

    #[test]
    fn expressions_as_sigma_writes_them() {
        for (text, true_ones, expected) in [
            ("sel_a", &["sel_a"][..], true),
            ("sel_a and not filter", &["sel_a"], true),
            ("sel_a and not filter", &["sel_a", "filter"], false),
            ("sel_a or sel_b and filter", &["sel_a"], true),
            ("(sel_a or sel_b) and filter", &["sel_a"], false),
            ("1 of sel_* and not 1 of filter*", &["sel_b"], true),
            ("all of sel_*", &["sel_b"], false),
            ("all of them", &["sel_a", "sel_b", "filter"], true),
            ("NOT NOT sel_a", &["sel_a"], true),
        ] {
            assert_eq!(holds(text, true_ones), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let deep = format!("{}sel_a{}", "(".repeat(100), ")".repeat(100));
        for (text, complaint) in [
            ("", "too early"),
            ("sel_a and", "too early"),
            ("nothing", "no selection"),
            ("1 of nothing*", "fits no selection"),
            ("3 of them", "neither"),
            ("(sel_a", "closing bracket"),
            ("sel_a sel_b", "not expected"),
            ("sel_a | count() > 5", "correlation rule"),
            (deep.as_str(), "deeper"),
        ] {
            assert!(holds(text, &[]).unwrap_err().contains(complaint), "{text}");
        }
    }
}
