//! What the house does beside testing, in one program: nine would each be linked with everything there is (decision 0005).

mod bench;
mod campaign;
mod crash_session;
mod demo_data;
mod dictionary;
mod edit_session;
mod portal_receiver;
mod screens;
mod tour;

use clap::Parser;

/// What the tests, the benchmarks and the demonstration start.
#[derive(Parser)]
enum Workshop {
    Bench(bench::Arguments),
    Campaign(campaign::Arguments),
    CrashSession(crash_session::Arguments),
    DemoData(demo_data::Arguments),
    Dictionary(dictionary::Arguments),
    EditSession(edit_session::Arguments),
    PortalReceiver(portal_receiver::Arguments),
    Screens(screens::Arguments),
    Tour(tour::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Workshop::parse() {
        Workshop::Bench(arguments) => bench::run(arguments),
        Workshop::Campaign(arguments) => campaign::run(arguments),
        Workshop::CrashSession(arguments) => crash_session::run(&arguments),
        Workshop::DemoData(arguments) => demo_data::run(arguments),
        Workshop::Dictionary(arguments) => dictionary::run(arguments),
        Workshop::EditSession(arguments) => edit_session::run(&arguments),
        Workshop::PortalReceiver(arguments) => portal_receiver::run(arguments),
        Workshop::Screens(arguments) => screens::run(arguments),
        Workshop::Tour(arguments) => tour::run(arguments),
    }
}
