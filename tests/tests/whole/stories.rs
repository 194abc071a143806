//! Twelve lives of children, from the first call to the last visit: each story of `tests/stories` is played on real
//! devices that talk to a real hub in this process, with a clock that is moved by hand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tests::story::{self, HubTime, Played, Player, Room, Setting, Story, StoryClock};

fn play(story: &Story, seed: u64) -> anyhow::Result<Played> {
    let clock = Arc::new(StoryClock::default());
    clock.set(story::moment(&story.steps[0].at)? - 86_400_000);
    let mut room = Room::open(&clock)?;
    let setting = Setting {
        clock,
        hub_time: HubTime::OfTheStory,
        seed,
        shift_days: 0,
        upto: usize::MAX,
        expecting: true,
        desks: BTreeMap::new(),
    };
    let (played, _) = Player::new(story, setting, &mut room)?.play(&mut room)?;
    Ok(played)
}

/// All stories, or those whose names hold what the variable `STORY` says.
#[test]
fn twelve_children_are_accompanied_from_the_first_call_to_closure() {
    let all = story::all().unwrap();
    let wanted = std::env::var("STORY").unwrap_or_default();
    let stories = all.iter().filter(|story| story.id.contains(&wanted));
    let waiting = Mutex::new(stories.zip(1..).collect::<Vec<_>>());
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop();
                    let Some((story, seed)) = next else { break };
                    match play(story, seed) {
                        Ok(played) => println!("{}: {played:?}", story.id),
                        Err(error) => told.lock().unwrap().push(format!("{error:#}")),
                    }
                }
            });
        }
    });
    let told = told.into_inner().unwrap();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
}

#[test]
fn there_are_twelve_stories_and_some_change_what_was_signed() {
    let all = story::all().unwrap();
    assert_eq!(all.len(), 12);
    let amends = |story: &&Story| {
        let mut expected = story.steps.iter().flat_map(|step| &step.expect);
        expected.any(|expect| expect.amendments.values().any(|changed| !changed.is_empty()))
    };
    assert!(all.iter().filter(amends).count() >= 3);
}

#[test]
fn a_story_with_a_slip_of_the_pen_is_not_played() {
    let slip = "title = \"x\"\nprose = \"y\"\n[demo]\nstands_after = 1\nexpects = 2\n";
    let error = Story::parse("slip", slip).unwrap_err();
    assert!(format!("{error:#}").contains("expects"), "{error:#}");
}
