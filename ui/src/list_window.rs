//! Which rows of a long list are drawn: a few more than can be seen, wherever the list has been scrolled to.

use std::ops::Range;

/// Rows drawn above and below what can be seen, so that a flick shows no gaps.
const OVERSCAN_ROWS: u32 = 6;

/// The rows to draw when a list of `total` rows of `row_px` each is scrolled to `scroll_px` in a box of `height_px`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is what is wanted"
)]
pub fn rows(scroll_px: f64, height_px: f64, row_px: f64, total: u32) -> Range<u32> {
    if row_px <= 0.0 || total == 0 {
        return 0..0;
    }
    let first = (scroll_px.max(0.0) / row_px).floor() as u32;
    let seen = (height_px.max(0.0) / row_px).ceil() as u32 + 1;
    let start = first.min(total.saturating_sub(1)).saturating_sub(OVERSCAN_ROWS);
    let end = first.saturating_add(seen).saturating_add(OVERSCAN_ROWS).min(total);
    start..end.max(start)
}

/// The pages of `page_rows` rows that hold `rows`.
pub fn pages(rows: &Range<u32>, page_rows: u32) -> Range<u32> {
    if rows.is_empty() {
        return 0..0;
    }
    rows.start / page_rows..(rows.end - 1) / page_rows + 1
}

/// Where to scroll so that row `index` is seen whole; `None` where it is already.
pub fn scroll_to_show(index: u32, scroll_px: f64, height_px: f64, row_px: f64) -> Option<f64> {
    let top = f64::from(index) * row_px;
    if top < scroll_px {
        Some(top)
    } else if top + row_px > scroll_px + height_px {
        Some(top + row_px - height_px)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_seen_and_a_little_more_is_drawn() {
        assert_eq!(rows(0.0, 500.0, 100.0, 5_000), 0..12);
        assert_eq!(rows(250_000.0, 500.0, 100.0, 5_000), 2_494..2_512);
        assert_eq!(rows(499_500.0, 500.0, 100.0, 5_000), 4_989..5_000);
    }

    #[test]
    fn a_list_that_became_shorter_draws_its_end() {
        assert_eq!(rows(499_500.0, 500.0, 100.0, 10), 3..10);
        assert_eq!(rows(100.0, 500.0, 100.0, 0), 0..0);
        assert_eq!(rows(100.0, 500.0, 0.0, 10), 0..0);
    }

    #[test]
    fn the_pages_that_hold_the_rows_are_asked_for() {
        assert_eq!(pages(&(0..12), 100), 0..1);
        assert_eq!(pages(&(94..112), 100), 0..2);
        assert_eq!(pages(&(100..200), 100), 1..2);
        assert_eq!(pages(&(0..0), 100), 0..0);
    }

    #[test]
    fn the_row_the_arrows_reached_is_brought_into_sight() {
        assert_eq!(scroll_to_show(3, 0.0, 500.0, 100.0), None);
        assert_eq!(scroll_to_show(5, 0.0, 500.0, 100.0), Some(100.0));
        assert_eq!(scroll_to_show(2, 350.0, 500.0, 100.0), Some(200.0));
    }
}
