//! What the description of the HTTP interface says of every route of media alike.

use utoipa::{IntoParams, IntoResponses};

/// The name of an object in the path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only described: the routes take the two as they came")]
pub(super) struct Named {
    /// The hash of the bytes, 64 hexadecimal digits
    sha256: String,
    /// `thumb`, `field` or `full`
    size: String,
}

/// Answers of every route that asks for a token.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(super) enum Always {
    /// Not understood
    #[response(status = 400)]
    Bad,
    /// No token, or none that is good any more
    #[response(status = 401)]
    Unauthorised,
    /// No such object, or none that the bearer may know of
    #[response(status = 404)]
    NotFound,
    /// Another version of tus is asked for
    #[response(status = 412)]
    OtherVersion,
    /// The hub cannot do it now
    #[response(status = 503)]
    NotNow,
}

/// Answers of the routes that take a piece.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(super) enum ToAPiece {
    /// It is whole, or its bearer may only hand in
    #[response(status = 403)]
    Whole,
    /// The rest never came
    #[response(status = 408)]
    Slow,
    /// It goes on elsewhere, as the headers say
    #[response(status = 409)]
    Elsewhere,
    /// More bytes than may be
    #[response(status = 413)]
    TooLong,
    /// The body is no piece, or the bytes are of no kind that is kept
    #[response(status = 415)]
    NotAPiece,
    /// The bytes do not have the sum or the name they should
    #[response(status = 460)]
    HashMismatch,
    /// The case has as many bytes as it may
    #[response(status = 507)]
    Quota,
}
