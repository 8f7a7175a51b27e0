//! Keyset pagination: a page begins after, or ends before, a known row.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Number of rows per page.
pub const PAGE_SIZE: u32 = 25;

/// Maximum number of matches that are counted exactly.
pub const MAX_EXACT_COUNT: u32 = 10_000;

/// Cursor to a row. Written as `value~id` in URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<Id> {
    /// Sort value of the row.
    pub value: i64,
    /// ID of the row, which breaks ties.
    pub id: Id,
}

/// The string is not a valid cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid page cursor")]
pub struct CursorError;

impl<Id: fmt::Display> fmt::Display for Cursor<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.value, self.id)
    }
}

impl<Id: FromStr> FromStr for Cursor<Id> {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (value, id) = text.split_once('~').ok_or(CursorError)?;
        Ok(Self {
            value: value.parse().map_err(|_| CursorError)?,
            id: id.parse().map_err(|_| CursorError)?,
        })
    }
}

/// Which page of a list to return.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageRequest<Id> {
    /// The first page.
    #[default]
    First,
    /// The page that begins after this row.
    After(Cursor<Id>),
    /// The page that ends before this row.
    Before(Cursor<Id>),
}

impl<Id: FromStr> PageRequest<Id> {
    /// Parses the `after` and `before` parameters of a URL. An invalid cursor selects the first
    /// page, so that an old or damaged link still opens the list.
    pub fn from_params(after: Option<&str>, before: Option<&str>) -> Self {
        if let Some(cursor) = after.and_then(|text| text.parse().ok()) {
            return Self::After(cursor);
        }
        before
            .and_then(|text| text.parse().ok())
            .map_or(Self::First, Self::Before)
    }
}

/// One page of a list, with cursors to the adjacent pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T, Id> {
    /// The rows, in list order.
    pub items: Vec<T>,
    /// Cursor to the previous page, which ends before this row; `None` on the first page.
    pub previous: Option<Cursor<Id>>,
    /// Cursor to the next page, which begins after this row; `None` on the last page.
    pub next: Option<Cursor<Id>>,
}

impl<T, Id> Page<T, Id> {
    /// Creates a page from rows that were read outward from `position`.
    ///
    /// The query fetches one row more than `size` to detect whether there are more rows. Rows
    /// before a cursor arrive in reverse order.
    pub fn from_rows(
        mut rows: Vec<T>,
        size: u32,
        position: &PageRequest<Id>,
        cursor: impl Fn(&T) -> Cursor<Id>,
    ) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let (has_previous, has_next) = match position {
            PageRequest::First => (false, more),
            PageRequest::After(_) => (true, more),
            PageRequest::Before(_) => (more, true),
        };
        if matches!(position, PageRequest::Before(_)) {
            rows.reverse();
        }
        let previous = rows.first().filter(|_| has_previous).map(&cursor);
        let next = rows.last().filter(|_| has_next).map(&cursor);
        Self {
            items: rows,
            previous,
            next,
        }
    }
}

/// Total number of matching rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    /// The exact number.
    Exact(u32),
    /// More than this number; counting stops at the limit to bound the cost.
    MoreThan(u32),
}

impl Count {
    /// Creates the count from a query that stops at one more than [`MAX_EXACT_COUNT`].
    pub const fn from_capped(counted: u32) -> Self {
        if counted > MAX_EXACT_COUNT {
            Self::MoreThan(MAX_EXACT_COUNT)
        } else {
            Self::Exact(counted)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    fn page(rows: &[i64], position: PageRequest<u8>) -> Page<i64, u8> {
        Page::from_rows(rows.to_vec(), 2, &position, |&value| Cursor {
            value,
            id: 0,
        })
    }

    const HERE: Cursor<u8> = Cursor { value: 5, id: 1 };

    #[test]
    fn page_has_cursors_to_adjacent_pages() {
        let cursor = |value| Some(Cursor { value, id: 0 });
        for (rows, position, items, previous, next) in [
            (&[] as &[i64], PageRequest::First, vec![], None, None),
            (&[9, 8], PageRequest::First, vec![9, 8], None, None),
            (&[9, 8, 7], PageRequest::First, vec![9, 8], None, cursor(8)),
            (
                &[4, 3],
                PageRequest::After(HERE),
                vec![4, 3],
                cursor(4),
                None,
            ),
            (
                &[4, 3, 2],
                PageRequest::After(HERE),
                vec![4, 3],
                cursor(4),
                cursor(3),
            ),
            (
                &[6, 7],
                PageRequest::Before(HERE),
                vec![7, 6],
                None,
                cursor(6),
            ),
            (
                &[6, 7, 8],
                PageRequest::Before(HERE),
                vec![7, 6],
                cursor(7),
                cursor(6),
            ),
        ] {
            let found = page(rows, position);
            assert_eq!(
                found,
                Page {
                    items,
                    previous,
                    next
                },
                "{rows:?} {position:?}"
            );
        }
    }

    #[test]
    fn cursors_round_trip_and_invalid_ones_select_the_first_page() {
        let cursor = Cursor {
            value: -7,
            id: 42_u8,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!(
            PageRequest::from_params(Some("-7~42"), None),
            PageRequest::After(cursor)
        );
        assert_eq!(
            PageRequest::from_params(None, Some("-7~42")),
            PageRequest::Before(cursor)
        );
        for invalid in ["", "~", "1", "1~x", "' OR 1=1 --~1"] {
            assert_eq!(
                PageRequest::<u8>::from_params(Some(invalid), None),
                PageRequest::First,
                "{invalid}"
            );
        }
    }

    #[test]
    fn count_is_capped_at_ten_thousand() {
        assert_eq!(Count::from_capped(10_000), Count::Exact(10_000));
        assert_eq!(Count::from_capped(10_001), Count::MoreThan(10_000));
    }

    /// Generates a cursor whose value is near zero, `i64::MIN` or `i64::MAX`.
    fn cursor() -> impl Strategy<Value = Cursor<u8>> {
        let value = prop_oneof![-3..3_i64, Just(i64::MIN), Just(i64::MAX)];
        (value, 0..4_u8).prop_map(|(value, id)| Cursor { value, id })
    }

    /// Generates a list in database order: descending, ties broken by ID, no duplicates.
    fn list() -> impl Strategy<Value = Vec<Cursor<u8>>> {
        btree_set((-3..3_i64, 0..4_u8), 0..20).prop_map(|rows| {
            let rows = rows.into_iter().rev();
            rows.map(|(value, id)| Cursor { value, id }).collect()
        })
    }

    /// Reads a page of up to three rows outward from a position, like the store.
    fn read(list: &[Cursor<u8>], position: PageRequest<u8>) -> Page<Cursor<u8>, u8> {
        let order = |cursor: &Cursor<u8>| (cursor.value, cursor.id);
        let rows: Vec<Cursor<u8>> = match position {
            PageRequest::First => list.to_vec(),
            PageRequest::After(here) => {
                let below = list.iter().filter(|row| order(row) < order(&here));
                below.copied().collect()
            }
            PageRequest::Before(here) => {
                let above = list.iter().filter(|row| order(row) > order(&here));
                above.rev().copied().collect()
            }
        };
        let rows = rows.into_iter().take(4).collect();
        Page::from_rows(rows, 3, &position, |row| *row)
    }

    proptest! {
        #[test]
        fn paging_forward_and_backward_shows_every_row_once(list in list()) {
            let mut position = PageRequest::First;
            let mut there = Vec::new();
            let mut pages = Vec::new();
            loop {
                let page = read(&list, position);
                there.extend(page.items.clone());
                pages.push(page.items);
                let Some(next) = page.next else { break };
                position = PageRequest::After(next);
            }
            prop_assert_eq!(&there, &list);
            while let Some(shown) = pages.pop() {
                let page = read(&list, position);
                prop_assert_eq!(page.items, shown);
                let Some(previous) = page.previous else { break };
                position = PageRequest::Before(previous);
            }
            prop_assert!(pages.is_empty(), "paging backward did not reach the first page");
        }

        #[test]
        fn forged_cursor_selects_adjacent_rows(list in list(), cursor in cursor(), back: bool) {
            let position = if back { PageRequest::Before(cursor) } else { PageRequest::After(cursor) };
            let page = read(&list, position);
            prop_assert!(page.items.len() <= 3);
            let begin = list.iter().position(|row| Some(row) == page.items.first()).unwrap_or(0);
            prop_assert_eq!(&list[begin..begin + page.items.len()], &page.items[..]);
            let neighbours = page.previous.iter().chain(&page.next);
            prop_assert!(neighbours.into_iter().all(|cursor| page.items.contains(cursor)));
        }
    }
}
