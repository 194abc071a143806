//! `admin inbound`: posts of helplines and portals that were signed and refused, and those that were taken and began nothing. A person
//! looks, and decides: take it once more, or forget it.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use uuid::Uuid;

use super::confirm::Confirmation;
use super::hinted;
use crate::deeds::table::shown;
use crate::deeds::{inbound as waiting, moment, refused_posts};
use crate::hub::Hub;
use crate::inbound;
use crate::storage::RefusedPost;

/// Where to look for what was refused.
const REFUSED: &str = "`admin inbound list` shows what is there";
/// Where to look for what there is.
const UNBEGUN: &str = "`admin inbound unbegun` shows what waits";
/// What may be asked about refused posts.
#[derive(Debug, Subcommand)]
pub enum InboundCommand {
    /// Lists them, the latest first: id, channel, when it came last, size, which fields are wrong and why. What they say is not
    /// shown.
    List {
        /// Of this channel only.
        #[arg(long)]
        channel: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 100)]
        last: u32,
    },
    /// Shows what one says. That it was looked at, and what for, stands in the audit from then on.
    Show {
        /// Its id.
        post: Uuid,
        /// What it is looked at for.
        #[arg(long, value_name = "WORDS")]
        purpose: String,
    },
    /// Takes one once more, as if it were posted now: after a district was added that it names, or the hub learned another
    /// schema. What is taken goes from here.
    Retry {
        /// Its id.
        post: Uuid,
    },
    /// Lists posts that were taken and whose records have not begun, because the hub that took one came to its end in between: record,
    /// channel, when it came, district, whether it was kept. A hub that runs begins those that were kept, after half a minute.
    Unbegun,
    /// Begins the record of one now, out of what was kept.
    Begin {
        /// The id of the record, as `unbegun` shows it.
        record: Uuid,
    },
    /// Decides that no record begins with one: nobody is asked to go any more, and what was kept of it goes. Said once more by whoever
    /// posted it, it is taken.
    PutAside {
        /// The id of the record, as `unbegun` shows it.
        record: Uuid,
        /// Why, for the audit, without anybody's name: what became of the child is known otherwise, say.
        #[arg(long, value_name = "WORDS")]
        reason: String,
    },
    /// Forgets one. Cannot be undone: what it says is gone, and whoever posted it has to be asked for it again.
    Forget {
        /// Its id.
        post: Uuid,
        /// The id typed once more; without it, it is asked for.
        #[arg(long, value_name = "POST")]
        confirm: Option<String>,
    },
}

pub(super) fn run(hub: &Hub, command: &InboundCommand, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    match command {
        InboundCommand::List { channel, last } => list(hub, channel.as_deref(), *last, out),
        InboundCommand::Show { post, purpose } => show(hub, *post, purpose, out),
        InboundCommand::Retry { post } => retry(hub, *post, out),
        InboundCommand::Unbegun => unbegun(hub, out),
        InboundCommand::Begin { record } => {
            let (post, _) = hinted(waiting::found(hub, *record.as_bytes()), UNBEGUN)?;
            waiting::begin(hub, &post)?;
            writeln!(out, "{record}\tbegun")?;
            Ok(())
        }
        InboundCommand::PutAside { record, reason } => {
            let (post, _) = hinted(waiting::found(hub, *record.as_bytes()), UNBEGUN)?;
            hinted(waiting::put_aside(hub, &post, reason), UNBEGUN)?;
            writeln!(out, "{record}\tput aside")?;
            Ok(())
        }
        InboundCommand::Forget { post, confirm } => forget(hub, *post, confirm.as_deref(), input, out),
    }
}

fn list(hub: &Hub, channel: Option<&str>, last: u32, out: &mut dyn Write) -> Result<()> {
    if let Some(channel) = channel {
        known(channel)?;
    }
    let posts = refused_posts::listed(hub, None)?;
    let of = |(post, _): &&(RefusedPost, Option<String>)| channel.is_none_or(|channel| post.channel == channel);
    for (post, _) in posts.iter().filter(of).take(last as usize) {
        writeln!(
            out,
            "{}\t{}\t{}\t{} bytes\t{}",
            Uuid::from_bytes(post.id),
            post.channel,
            moment(post.at_ms),
            post.body.len(),
            shown(&post.reason),
        )?;
    }
    Ok(())
}

fn unbegun(hub: &Hub, out: &mut dyn Write) -> Result<()> {
    for (post, district) in waiting::unbegun(hub, None)? {
        let kept = if post.body.is_some() { "kept" } else { "not kept" };
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{kept}",
            Uuid::from_bytes(post.subject),
            post.channel,
            moment(post.at_ms),
            shown(district.as_deref().unwrap_or_default()),
        )?;
    }
    Ok(())
}

fn known(channel: &str) -> Result<&'static inbound::Inbound> {
    inbound::find(channel).with_context(|| {
        let codes = inbound::INBOUND.map(|one| one.channel);
        format!("no such channel; there are {}", codes.join(", "))
    })
}

fn found(hub: &Hub, post: Uuid) -> Result<RefusedPost> {
    Ok(hinted(refused_posts::found(hub, post.into_bytes()), REFUSED)?.0)
}

fn show(hub: &Hub, post: Uuid, purpose: &str, out: &mut dyn Write) -> Result<()> {
    let refused = found(hub, post)?;
    refused_posts::look(hub, &refused, purpose)?;
    writeln!(out, "post      {post}")?;
    writeln!(out, "channel   {}", refused.channel)?;
    writeln!(out, "came      {}", moment(refused.at_ms))?;
    writeln!(out, "refused   {}", shown(&refused.reason))?;
    writeln!(out)?;
    // Whoever posted wrote it: what a terminal would act on is written out.
    for line in String::from_utf8_lossy(&refused.body).lines() {
        writeln!(out, "{}", shown(line))?;
    }
    Ok(())
}

fn retry(hub: &Hub, post: Uuid, out: &mut dyn Write) -> Result<()> {
    let refused = found(hub, post)?;
    let taken = refused_posts::retry(hub, &refused)
        .map_err(|error| anyhow!("{}; `show` and `forget` are for what stays", shown(&error.to_string())))?;
    let how = if taken.was_known { "was taken before" } else { "taken" };
    writeln!(out, "{post}\t{how}\trecord {}", Uuid::from_bytes(taken.record))?;
    Ok(())
}

fn forget(hub: &Hub, post: Uuid, typed: Option<&str>, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    let refused = found(hub, post)?;
    let confirmation = Confirmation {
        what: "id of the post",
        expected: &post.to_string(),
        otherwise: "nothing was forgotten",
    };
    confirmation.ask(typed, input, out)?;
    hinted(refused_posts::forget(hub, &refused), REFUSED)?;
    writeln!(out, "{post}\tforgotten")?;
    Ok(())
}
