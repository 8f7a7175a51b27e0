//! Keyset paging: a page begins after, or ends before, a row that the reader has seen.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Rows on a page of a list.
pub const PAGE_SIZE: u32 = 25;

/// How many matches are counted exactly; beyond that a list says "more than".
pub const COUNT_LIMIT: u32 = 10_000;

/// Where a row stands in a list: its sort value and, among equals, its id. In URLs `value~id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark<Id> {
    /// What the list is sorted by.
    pub value: i64,
    /// What tells equals apart.
    pub id: Id,
}

/// The text names no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the list")]
pub struct MarkError;

impl<Id: fmt::Display> fmt::Display for Mark<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.value, self.id)
    }
}

impl<Id: FromStr> FromStr for Mark<Id> {
    type Err = MarkError;

    fn from_str(text: &str) -> Result<Self, MarkError> {
        let (value, id) = text.split_once('~').ok_or(MarkError)?;
        Ok(Self {
            value: value.parse().map_err(|_| MarkError)?,
            id: id.parse().map_err(|_| MarkError)?,
        })
    }
}

/// Which page of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Position<Id> {
    /// The first.
    #[default]
    Start,
    /// The one that begins after this row.
    After(Mark<Id>),
    /// The one that ends before this row.
    Before(Mark<Id>),
}

impl<Id: FromStr> Position<Id> {
    /// From the `after` and `before` of a URL. What names no place is the start: an old or mangled link still opens
    /// the list.
    pub fn from_params(after: Option<&str>, before: Option<&str>) -> Self {
        if let Some(mark) = after.and_then(|text| text.parse().ok()) {
            return Self::After(mark);
        }
        before
            .and_then(|text| text.parse().ok())
            .map_or(Self::Start, Self::Before)
    }
}

/// One page, and where its neighbours are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T, Id> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// The page before this one ends before this row; `None` on the first page.
    pub previous: Option<Mark<Id>>,
    /// The page after this one begins after this row; `None` on the last page.
    pub next: Option<Mark<Id>>,
}

impl<T, Id> Page<T, Id> {
    /// Makes the page out of rows read outwards from `position`, of which there is one more than `size` if there are
    /// further ones; rows read backwards come in backwards.
    pub fn from_rows(
        mut rows: Vec<T>,
        size: u32,
        position: &Position<Id>,
        mark: impl Fn(&T) -> Mark<Id>,
    ) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let (has_previous, has_next) = match position {
            Position::Start => (false, more),
            Position::After(_) => (true, more),
            Position::Before(_) => (more, true),
        };
        if matches!(position, Position::Before(_)) {
            rows.reverse();
        }
        let previous = rows.first().filter(|_| has_previous).map(&mark);
        let next = rows.last().filter(|_| has_next).map(&mark);
        Self {
            items: rows,
            previous,
            next,
        }
    }
}

/// How many rows match in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    /// So many.
    Exact(u32),
    /// More than so many; counting on would cost more than it tells.
    MoreThan(u32),
}

impl Count {
    /// From a count that stopped one past [`COUNT_LIMIT`].
    pub const fn from_capped(counted: u32) -> Self {
        if counted > COUNT_LIMIT {
            Self::MoreThan(COUNT_LIMIT)
        } else {
            Self::Exact(counted)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    fn page(rows: &[i64], position: Position<u8>) -> Page<i64, u8> {
        Page::from_rows(rows.to_vec(), 2, &position, |&value| Mark { value, id: 0 })
    }

    const HERE: Mark<u8> = Mark { value: 5, id: 1 };

    #[test]
    fn a_page_knows_its_neighbours() {
        let mark = |value| Some(Mark { value, id: 0 });
        for (rows, position, items, previous, next) in [
            (&[] as &[i64], Position::Start, vec![], None, None),
            (&[9, 8], Position::Start, vec![9, 8], None, None),
            (&[9, 8, 7], Position::Start, vec![9, 8], None, mark(8)),
            (&[4, 3], Position::After(HERE), vec![4, 3], mark(4), None),
            (
                &[4, 3, 2],
                Position::After(HERE),
                vec![4, 3],
                mark(4),
                mark(3),
            ),
            (&[6, 7], Position::Before(HERE), vec![7, 6], None, mark(6)),
            (
                &[6, 7, 8],
                Position::Before(HERE),
                vec![7, 6],
                mark(7),
                mark(6),
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
    fn marks_survive_a_url_and_nonsense_is_the_start() {
        let mark = Mark {
            value: -7,
            id: 42_u8,
        };
        assert_eq!(mark.to_string().parse(), Ok(mark));
        assert_eq!(
            Position::from_params(Some("-7~42"), None),
            Position::After(mark)
        );
        assert_eq!(
            Position::from_params(None, Some("-7~42")),
            Position::Before(mark)
        );
        for nonsense in ["", "~", "1", "1~x", "' OR 1=1 --~1"] {
            assert_eq!(
                Position::<u8>::from_params(Some(nonsense), None),
                Position::Start,
                "{nonsense}"
            );
        }
    }

    #[test]
    fn counting_stops_past_ten_thousand() {
        assert_eq!(Count::from_capped(10_000), Count::Exact(10_000));
        assert_eq!(Count::from_capped(10_001), Count::MoreThan(10_000));
    }

    /// A place among a few, or at the ends of what there are numbers for.
    fn place() -> impl Strategy<Value = Mark<u8>> {
        let value = prop_oneof![-3..3_i64, Just(i64::MIN), Just(i64::MAX)];
        (value, 0..4_u8).prop_map(|(value, id)| Mark { value, id })
    }

    /// A list as a database has it: the greatest first, equals by their ids, every place once.
    fn list() -> impl Strategy<Value = Vec<Mark<u8>>> {
        btree_set((-3..3_i64, 0..4_u8), 0..20).prop_map(|rows| {
            let rows = rows.into_iter().rev();
            rows.map(|(value, id)| Mark { value, id }).collect()
        })
    }

    /// Three rows at most, read outwards from a position as the store reads them.
    fn read(list: &[Mark<u8>], position: Position<u8>) -> Page<Mark<u8>, u8> {
        let order = |mark: &Mark<u8>| (mark.value, mark.id);
        let rows: Vec<Mark<u8>> = match position {
            Position::Start => list.to_vec(),
            Position::After(here) => {
                let below = list.iter().filter(|row| order(row) < order(&here));
                below.copied().collect()
            }
            Position::Before(here) => {
                let above = list.iter().filter(|row| order(row) > order(&here));
                above.rev().copied().collect()
            }
        };
        let rows = rows.into_iter().take(4).collect();
        Page::from_rows(rows, 3, &position, |row| *row)
    }

    proptest! {
        #[test]
        fn turning_pages_shows_every_row_once_there_and_back(list in list()) {
            let mut position = Position::Start;
            let mut there = Vec::new();
            let mut pages = Vec::new();
            loop {
                let page = read(&list, position);
                there.extend(page.items.clone());
                pages.push(page.items);
                let Some(next) = page.next else { break };
                position = Position::After(next);
            }
            prop_assert_eq!(&there, &list);
            while let Some(shown) = pages.pop() {
                let page = read(&list, position);
                prop_assert_eq!(page.items, shown);
                let Some(previous) = page.previous else { break };
                position = Position::Before(previous);
            }
            prop_assert!(pages.is_empty(), "the way back ended early");
        }

        #[test]
        fn a_place_that_somebody_made_up_shows_what_lies_beside_it(list in list(), mark in place(), back: bool) {
            let position = if back { Position::Before(mark) } else { Position::After(mark) };
            let page = read(&list, position);
            prop_assert!(page.items.len() <= 3);
            let begin = list.iter().position(|row| Some(row) == page.items.first()).unwrap_or(0);
            prop_assert_eq!(&list[begin..begin + page.items.len()], &page.items[..]);
            let neighbours = page.previous.iter().chain(&page.next);
            prop_assert!(neighbours.into_iter().all(|mark| page.items.contains(mark)));
        }
    }
}
