//! Statements that depend on what is asked, out of pieces that are part of the program. PostgreSQL wants its arguments' places as `$1`,
//! `$2` and so on. SQLite takes these for names, and sqlx looks for each among all the others; it gets `?`.

use sqlx::{
    Any, AnyConnection, AssertSqlSafe,
    any::{AnyArguments, AnyRow},
    query::Query,
};

/// Rows in a statement that writes or asks for many: each statement costs a way to the database and back.
pub(crate) const ROWS_IN_A_STATEMENT: usize = 64;

/// A statement in the making. Its text holds nothing but pieces of the program.
#[derive(Clone)]
pub(crate) struct Sql {
    text: String,
    /// Each with where in the text its place is, in their order.
    arguments: Vec<(usize, Argument)>,
}

/// What is put in a place.
#[derive(Clone)]
pub(crate) enum Argument {
    Number(i64),
    Text(String),
    /// No number; a text that is missing is [`Argument::NoText`], for PostgreSQL has a type for each.
    NoNumber,
    NoText,
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<i64>> for Argument {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NoNumber, Self::Number)
    }
}

impl From<Option<&str>> for Argument {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::NoText, Self::from)
    }
}

impl Sql {
    pub(crate) fn new(piece: &'static str) -> Self {
        Self {
            text: piece.to_owned(),
            arguments: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, piece: &'static str) -> &mut Self {
        self.text.push_str(piece);
        self
    }

    /// Adds a place, and what is put there.
    pub(crate) fn bind(&mut self, argument: impl Into<Argument>) -> &mut Self {
        self.arguments.push((self.text.len(), argument.into()));
        self
    }

    /// Adds a place for each, with commas between them.
    pub(crate) fn bind_all(&mut self, arguments: impl IntoIterator<Item = String>) -> &mut Self {
        for (index, argument) in arguments.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(argument);
        }
        self
    }

    /// Adds what stands for a row, with parentheses around it, for each, with commas between them.
    pub(crate) fn rows<T>(
        &mut self,
        rows: impl IntoIterator<Item = T>,
        values: impl Fn(&mut Self, T),
    ) -> &mut Self {
        for (index, row) in rows.into_iter().enumerate() {
            self.push(if index == 0 { "(" } else { ", (" });
            values(self, row);
            self.push(")");
        }
        self
    }

    pub(crate) async fn fetch_all(
        self,
        connection: &mut AnyConnection,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        self.query(Places::of(connection))
            .fetch_all(connection)
            .await
    }

    /// Gives how many rows it changed.
    pub(crate) async fn execute(self, connection: &mut AnyConnection) -> Result<u64, sqlx::Error> {
        let query = self.query(Places::of(connection));
        Ok(query.execute(connection).await?.rows_affected())
    }

    fn query(self, places: Places) -> Query<'static, Any, AnyArguments> {
        // Safe because every piece is `&'static str`, and every argument in a place of its own.
        let query = sqlx::query(AssertSqlSafe(self.written(places)));
        self.arguments
            .into_iter()
            .fold(query, |query, (_, argument)| match argument {
                Argument::Number(number) => query.bind(number),
                Argument::Text(text) => query.bind(text),
                Argument::NoNumber => query.bind(None::<i64>),
                Argument::NoText => query.bind(None::<String>),
            })
    }

    fn written(&self, places: Places) -> String {
        let mut written = String::with_capacity(self.text.len() + 4 * self.arguments.len());
        let mut done = 0;
        for (number, (place, _)) in (1..).zip(&self.arguments) {
            written.push_str(&self.text[done..*place]);
            match places {
                Places::Unnamed => written.push('?'),
                Places::Numbered => {
                    written.push('$');
                    written.push_str(&i32::to_string(&number));
                }
            }
            done = *place;
        }
        written.push_str(&self.text[done..]);
        written
    }
}

/// How the places of arguments are written.
#[derive(Clone, Copy)]
enum Places {
    Unnamed,
    Numbered,
}

impl Places {
    fn of(connection: &AnyConnection) -> Self {
        match connection.backend_name() {
            "SQLite" => Self::Unnamed,
            _ => Self::Numbered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stand_in_their_order() {
        let mut sql = Sql::new("SELECT a FROM t WHERE b = ");
        sql.bind("it's").push(" AND c > ").bind(7);
        sql.push(" AND d IN (")
            .bind_all(["x", "y"].map(str::to_owned))
            .push(")");
        assert_eq!(
            sql.written(Places::Numbered),
            "SELECT a FROM t WHERE b = $1 AND c > $2 AND d IN ($3, $4)"
        );
        assert_eq!(
            sql.written(Places::Unnamed),
            "SELECT a FROM t WHERE b = ? AND c > ? AND d IN (?, ?)"
        );
    }
}
