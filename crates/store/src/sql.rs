//! Statements that depend on what is asked. `QueryBuilder<Any>` writes `?` for its arguments, which PostgreSQL refuses; this
//! writes `$1`, `$2` and so on, out of pieces that are part of the program.

use sqlx::{
    Any, AnyConnection, AssertSqlSafe,
    any::{AnyArguments, AnyRow},
    query::Query,
};

/// A statement in the making. Its text holds nothing but pieces of the program and numbered places for arguments.
#[derive(Clone)]
pub(crate) struct Sql {
    text: String,
    arguments: Vec<Argument>,
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
        self.arguments.push(argument.into());
        self.text.push('$');
        self.text.push_str(&self.arguments.len().to_string());
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
        self.query().fetch_all(connection).await
    }

    /// Gives how many rows it changed.
    pub(crate) async fn execute(self, connection: &mut AnyConnection) -> Result<u64, sqlx::Error> {
        let done = self.query().execute(connection).await?;
        Ok(done.rows_affected())
    }

    fn query(self) -> Query<'static, Any, AnyArguments> {
        let Self { text, arguments } = self;
        // Safe because every piece is `&'static str`, and every argument in a place of its own.
        let query = sqlx::query(AssertSqlSafe(text));
        arguments
            .into_iter()
            .fold(query, |query, argument| match argument {
                Argument::Number(number) => query.bind(number),
                Argument::Text(text) => query.bind(text),
                Argument::NoNumber => query.bind(None::<i64>),
                Argument::NoText => query.bind(None::<String>),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_numbered_in_their_order() {
        let mut sql = Sql::new("SELECT a FROM t WHERE b = ");
        sql.bind("it's").push(" AND c > ").bind(7);
        assert_eq!(sql.text, "SELECT a FROM t WHERE b = $1 AND c > $2");
        sql.push(" AND d IN (")
            .bind_all(["x", "y"].map(str::to_owned))
            .push(")");
        assert!(sql.text.ends_with(" AND d IN ($3, $4)"), "{}", sql.text);
        assert_eq!(sql.arguments.len(), 4);
    }
}
