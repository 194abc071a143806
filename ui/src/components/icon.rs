//! Our own few icons, drawn as strokes on a square of 24. They always stand beside words or carry a label.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A folder: cases.
    Cases,
    /// A house: an institution.
    House,
    /// Two arrows in a ring: sync.
    Sync,
    /// A tablet: settings.
    Tablet,
    /// A printer.
    Print,
    /// A padlock.
    Lock,
    /// A plus.
    Add,
    /// A magnifying glass.
    Search,
    /// An arrow to where one came from.
    Back,
    /// An arrow onward.
    Next,
    /// A clock running back: history.
    History,
    /// A clock.
    Clock,
    /// An exclamation mark in a triangle.
    Warning,
    /// A tick.
    Tick,
    /// A tick in a ring: done.
    Done,
    /// A cross.
    Close,
    /// Two sheets: two versions.
    Versions,
    /// An arrow up: waits to be sent.
    Waiting,
    /// A ring with a bar: refused.
    Refused,
    /// An eye.
    Show,
    /// A crossed eye.
    Hide,
    /// A camera.
    Photo,
    /// A microphone.
    Sound,
    /// A triangle: play.
    Play,
    /// Two bars: pause.
    Pause,
    /// A square: stop.
    Stop,
    /// A curl on a line: a signature.
    Sign,
    /// A pencil.
    Write,
    /// A sheet with lines: a form.
    Form,
    /// Bars on a line: a report.
    Report,
    /// A pin: a place.
    Place,
    /// A plug pulled: offline.
    Offline,
    /// A person.
    Person,
}

impl Icon {
    /// All of them.
    pub(crate) const ALL: [Self; 31] = [
        Self::Cases,
        Self::House,
        Self::Sync,
        Self::Tablet,
        Self::Lock,
        Self::Add,
        Self::Search,
        Self::Back,
        Self::Next,
        Self::History,
        Self::Clock,
        Self::Warning,
        Self::Tick,
        Self::Done,
        Self::Close,
        Self::Versions,
        Self::Waiting,
        Self::Refused,
        Self::Show,
        Self::Hide,
        Self::Photo,
        Self::Sound,
        Self::Play,
        Self::Pause,
        Self::Stop,
        Self::Sign,
        Self::Write,
        Self::Form,
        Self::Place,
        Self::Offline,
        Self::Person,
    ];

    /// Whether it points the way one reads, or back: then it is turned round where reading runs to the left.
    const fn points(self) -> bool {
        matches!(self, Self::Back | Self::Next)
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Cases => {
                "M3 6.5A1.5 1.5 0 0 1 4.5 5h4.6l2 2.5h8.4A1.5 1.5 0 0 1 21 9v8.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5z"
            }
            Self::House => "M3.5 11.5 12 4l8.5 7.5M6 9.5V20h12V9.5M10 20v-5.5h4V20",
            Self::Sync => "M20 5v5h-5M4 19v-5h5M5.6 9.5A7 7 0 0 1 17.8 7.6L20 10M18.4 14.5A7 7 0 0 1 6.2 16.4L4 14",
            Self::Tablet => "M6 3h12a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM10.5 18h3",
            Self::Print => "M7 8V3.5h10V8M7 17H4V8.5h16V17h-3M7 14h10v6.5H7z",
            Self::Lock => "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2",
            Self::Add => "M12 5v14M5 12h14",
            Self::Search => "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20",
            Self::Back => "M19 12H5M11 6l-6 6 6 6",
            Self::Next => "M9 5l7 7-7 7",
            Self::History => "M4 5v4.5h4.5M4.6 9.5A8 8 0 1 1 4 13M12 8v4.5l3 2",
            Self::Clock => "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.5l3 2",
            Self::Warning => "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.4",
            Self::Tick => "M5 12.5 10 17.5 19.5 7",
            Self::Done => "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM8.3 12.3l2.6 2.6 4.8-5.2",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Versions => "M4 4h10v13H4zM17.5 8H20v13H10v-1M7 8h4M7 11.5h4",
            Self::Waiting => "M12 19V6M6.5 11.5 12 6l5.5 5.5M5 3h14",
            Self::Refused => "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM6.5 6.5l11 11",
            Self::Show => {
                "M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z"
            }
            Self::Hide => {
                "M4 4l16 16M9.5 6.2A9.6 9.6 0 0 1 12 5.8c6 0 9.5 6.2 9.5 6.2a17 17 0 0 1-3 3.6M6 7.6A16.5 16.5 0 0 0 2.5 12S6 18.2 12 18.2c1.3 0 2.5-.3 3.6-.8"
            }
            Self::Photo => "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10.2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4z",
            Self::Sound => {
                "M12 4a2.8 2.8 0 0 1 2.8 2.8v4.4a2.8 2.8 0 0 1-5.6 0V6.8A2.8 2.8 0 0 1 12 4zM6 11.5a6 6 0 0 0 12 0M12 17.5V20.5M8.5 20.5h7"
            }
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8.5 5.5v13M15.5 5.5v13",
            Self::Stop => "M6.5 6.5h11v11h-11z",
            Self::Sign => {
                "M3.5 20h17M4.5 15.5c3-1.5 6-8 6.2-10.2.1-1.6-1.7-1.8-2.2.6-.7 3.4-.3 8 1.7 8 1.6 0 2.3-3 3.3-3 .9 0 .5 2.6 1.6 2.6 1 0 1.4-1.8 2.6-1.8.9 0 .8 1 2.3 1"
            }
            Self::Write => "M5 19l.8-3.8L16 5l3 3L8.8 18.2zM14 7l3 3",
            Self::Form => "M6 3h9l4 4v14H6zM14.5 3v4.5H19M9 12h7M9 16h7",
            Self::Report => "M3.5 20h17M6.5 20v-6M12 20V5M17.5 20V10",
            Self::Place => {
                "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0C18.5 15 12 21 12 21zM12 7.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8z"
            }
            Self::Offline => {
                "M4 4l16 16M8 17h9.5a3.5 3.5 0 0 0 2-6.3M16 8.5A5.5 5.5 0 0 0 10 6.6M7.4 8.8A4.2 4.2 0 0 0 8 17"
            }
            Self::Person => {
                "M12 4.5a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4zM4.5 20c.8-3.8 3.8-5.5 7.5-5.5s6.7 1.7 7.5 5.5"
            }
        }
    }
}

/// An icon, hidden from screen readers: the words beside it say what it means.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    let class = if icon.points() { "icon way" } else { "icon" };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path() />
        </svg>
    }
}
