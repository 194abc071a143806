//! Conditions, checks and derived values.

use serde::{Deserialize, Serialize};

/// An expression of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expression(String);
