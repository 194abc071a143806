//! Reading the text of an expression. The `cel` library parses; what it parsed is taken over only where it belongs to
//! the part of the language that our evaluator has.

use std::str::FromStr;

use cel::{
    common::ast::{CallExpr, Expr, LiteralValue, SelectExpr, operators},
    parser::PrattParser,
};

use super::{Expression, Node, Operator, Unit};
use crate::FactId;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// More than [`Expression::CHARS_MAX`] characters.
    #[error("the expression is longer than {} characters", Expression::CHARS_MAX)]
    TooLong,
    /// More than [`Expression::DEPTH_MAX`] levels.
    #[error("the expression is nested more than {} deep", Expression::DEPTH_MAX)]
    TooDeep,
    /// More than [`Expression::NODES_MAX`] parts.
    #[error("the expression has more than {} parts", Expression::NODES_MAX)]
    TooBig,
    /// The parser stopped.
    #[error("not an expression: {0}")]
    Syntax(String),
    /// Part of the Common Expression Language, but not of ours.
    #[error("{0} is not part of the expressions of packs")]
    NotOurs(String),
    /// A function with the wrong number of arguments, or arguments that it does not take.
    #[error("{0}")]
    Arguments(&'static str),
}

use ExpressionError::{Arguments, NotOurs};

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        within_limits(text)?;
        // The library's other parser reads its grammar at the first use, which takes longer than the whole pack.
        let parser = PrattParser::new()
            .max_recursion_depth(PARSER_DEPTH_MAX)
            .max_expression_node_count(PARSER_NODES_MAX);
        let tree = parser.parse(text).map_err(|errors| syntax(&errors))?;
        let mut parts = 0;
        Ok(Self::new(node(tree.expr, 0, &mut parts)?))
    }
}

/// The parser counts several levels for each of ours.
const PARSER_DEPTH_MAX: u16 = 200;
/// The parser counts names and selections one by one.
const PARSER_NODES_MAX: usize = 8 * Expression::NODES_MAX;

/// Refuses what would cost the parser much, before it sees it.
fn within_limits(text: &str) -> Result<(), ExpressionError> {
    if text.chars().count() > Expression::CHARS_MAX {
        return Err(ExpressionError::TooLong);
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut run = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        run = if matches!(c, '!' | '-' | '?') {
            run + 1
        } else if c.is_whitespace() {
            run
        } else {
            0
        };
        deepest = deepest.max(depth).max(run);
    }
    if deepest > Expression::DEPTH_MAX {
        return Err(ExpressionError::TooDeep);
    }
    Ok(())
}

fn syntax(errors: &cel::ParseErrors) -> ExpressionError {
    let first = errors.errors.first();
    ExpressionError::Syntax(first.map_or_else(String::new, |error| {
        let reason = error.msg.lines().next().unwrap_or_default();
        format!("{reason} (character {})", error.pos.1)
    }))
}

fn node(expr: Expr, depth: usize, parts: &mut usize) -> Result<Node, ExpressionError> {
    *parts += 1;
    if *parts > Expression::NODES_MAX {
        return Err(ExpressionError::TooBig);
    }
    if depth > Expression::DEPTH_MAX {
        return Err(ExpressionError::TooDeep);
    }
    match expr {
        Expr::Literal(value) => literal(&value),
        Expr::Ident(name) if name == "today" => Ok(Node::Today),
        Expr::Ident(name) => Err(NotOurs(format!("the name `{name}`"))),
        Expr::Select(select) if select.test => Ok(Node::Has(fact(&select)?)),
        Expr::Select(select) => Ok(Node::Fact(fact(&select)?)),
        Expr::List(list) => {
            let items = list.elements.into_iter().map(|item| node(item.expr, depth + 1, parts));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            if items.iter().all(is_literal) {
                Ok(Node::List(items))
            } else {
                Err(Arguments("a list holds texts and numbers only"))
            }
        }
        Expr::Call(call) => self::call(call, depth, parts),
        Expr::Comprehension(_) => Err(NotOurs("`all`, `exists`, `map` or `filter`".to_owned())),
        Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Err(NotOurs("`{ }`".to_owned())),
    }
}

fn is_literal(node: &Node) -> bool {
    matches!(
        node,
        Node::Null | Node::Flag(_) | Node::Integer(_) | Node::Number(_) | Node::Text(_)
    )
}

fn literal(value: &LiteralValue) -> Result<Node, ExpressionError> {
    Ok(match value {
        LiteralValue::Null => Node::Null,
        LiteralValue::Boolean(flag) => Node::Flag(*flag.inner()),
        LiteralValue::Int(number) => Node::Integer(*number.inner()),
        LiteralValue::Double(number) => Node::Number(*number.inner()),
        LiteralValue::String(text) => Node::Text(text.inner().to_owned()),
        LiteralValue::UInt(_) | LiteralValue::Bytes(_) => {
            return Err(NotOurs("`u` or `b` before a literal".to_owned()));
        }
    })
}

/// `a.b.c` as the id of a fact.
fn fact(select: &SelectExpr) -> Result<FactId, ExpressionError> {
    let mut words = vec![select.field.as_str()];
    let mut below = &select.operand.expr;
    loop {
        match below {
            Expr::Select(select) if !select.test => {
                words.push(&select.field);
                below = &select.operand.expr;
            }
            Expr::Ident(name) => {
                words.push(name);
                break;
            }
            _ => return Err(NotOurs(format!("`.{}` of anything but a fact", select.field))),
        }
    }
    words.reverse();
    let name = words.join(".");
    name.parse().map_err(|_| NotOurs(format!("the name `{name}`")))
}

fn call(call: CallExpr, depth: usize, parts: &mut usize) -> Result<Node, ExpressionError> {
    let name = call.func_name;
    let on = call
        .target
        .map(|target| node(target.expr, depth + 1, parts))
        .transpose()?;
    let method = on.is_some();
    let arguments = call
        .args
        .into_iter()
        .map(|argument| node(argument.expr, depth + 1, parts));
    let arguments: Vec<Node> = on.into_iter().map(Ok).chain(arguments).collect::<Result<_, _>>()?;
    if method {
        return match name.as_str() {
            "startsWith" => two(arguments).map(Node::StartsWith),
            "contains" => two(arguments).map(Node::Contains),
            "size" => one(arguments).map(Node::Size),
            _ => Err(NotOurs(format!("`.{name}()`"))),
        };
    }
    match name.as_str() {
        operators::LOGICAL_NOT => one(arguments).map(Node::Not),
        operators::NEGATE => one(arguments).map(|one| negate(*one)),
        operators::CONDITIONAL => {
            let three: [Node; 3] = arguments.try_into().map_err(|_| COUNT)?;
            Ok(Node::If(Box::new(three)))
        }
        "size" => one(arguments).map(Node::Size),
        "count" => match *one(arguments)? {
            Node::Text(table) => Ok(Node::Count(table)),
            _ => Err(Arguments("`count` takes the name of a table in quotes")),
        },
        name => {
            if let Some(unit) = [Unit::Years, Unit::Months, Unit::Days]
                .into_iter()
                .find(|unit| unit.function() == name)
            {
                return two(arguments).map(|two| Node::Between(unit, two));
            }
            let operator = operator(name).ok_or_else(|| NotOurs(format!("`{name}()`")))?;
            two(arguments).map(|two| Node::Binary(operator, two))
        }
    }
}

/// `-3` is a number, not an operation.
fn negate(one: Node) -> Node {
    match one {
        Node::Integer(number) if number != i64::MIN => Node::Integer(-number),
        Node::Number(number) => Node::Number(-number),
        other => Node::Negate(Box::new(other)),
    }
}

const COUNT: ExpressionError = Arguments("a function has too few or too many arguments");

fn one(arguments: Vec<Node>) -> Result<Box<Node>, ExpressionError> {
    let [one] = <[Node; 1]>::try_from(arguments).map_err(|_| COUNT)?;
    Ok(Box::new(one))
}

fn two(arguments: Vec<Node>) -> Result<Box<[Node; 2]>, ExpressionError> {
    <[Node; 2]>::try_from(arguments).map(Box::new).map_err(|_| COUNT)
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::LOGICAL_OR => Operator::Or,
        operators::LOGICAL_AND => Operator::And,
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessOrEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterOrEqual,
        operators::IN => Operator::In,
        operators::ADD => Operator::Plus,
        operators::SUBSTRACT => Operator::Minus,
        operators::MULTIPLY => Operator::Times,
        operators::DIVIDE => Operator::Over,
        _ => return None,
    })
}
