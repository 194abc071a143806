//! What the hub answers over HTTP, as OpenAPI 3.1, made of the very routes that answer. What travels in bodies of the protocol's
//! own is told in the documentation of the crate `protocol`.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

/// Bytes that are no text.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it says what a body is, and none is kept in it")]
pub(super) struct Binary(Vec<u8>);

/// What is said of all of it.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vatsalya Field hub",
        description = "What tablets ask of a hub. Bodies of sync, enrolment, recovery and packs are CBOR or frames of the sync \
                       protocol, which has its own document; media go by tus 1.0."
    ),
    components(schemas(super::office::Trouble)),
    modifiers(&Token)
)]
pub(super) struct About;

/// The token that the end of a sync answer carries, and what portals show.
struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("From the end of a sync answer; good for half an hour"))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let pull = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The channel's `pull_token`"))
            .build();
        components.add_security_scheme("pull_token", SecurityScheme::Http(pull));
        let signature = ApiKeyValue::with_description(
            "webhook-signature",
            "By Standard Webhooks, with `webhook-id` and `webhook-timestamp`, by the channel's secret",
        );
        components.add_security_scheme("signature", SecurityScheme::ApiKey(ApiKey::Header(signature)));
        let staff = ApiKeyValue::with_description(
            super::office::COOKIE,
            "From signing in; what changes something is to come from the hub's own origin, too",
        );
        components.add_security_scheme("staff", SecurityScheme::ApiKey(ApiKey::Cookie(staff)));
    }
}

/// This description.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    responses((status = 200, description = "This description", content_type = "application/json", body = Object))
)]
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let api = super::routes().into_openapi();
        api.to_json().expect("a description of strings is JSON")
    })
}
