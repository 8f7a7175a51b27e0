//! Builds SQL statements from fixed pieces and bound values.
//!
//! PostgreSQL numbers its placeholders: `$1`, `$2` and so on. SQLite treats these as parameter
//! names, which sqlx has to search for, so it gets `?`.

use sqlx::{
    Any, AnyConnection, AssertSqlSafe,
    any::{AnyArguments, AnyRow},
    query::Query,
};

/// Maximum number of rows in a multi-row statement. Each statement costs a round trip.
pub(crate) const MAX_ROWS_PER_STATEMENT: usize = 64;

/// A statement under construction. Its text consists only of string literals of this program.
#[derive(Clone)]
pub(crate) struct QueryBuilder {
    text: String,
    /// The arguments in order, each with the offset of its placeholder in the text.
    values: Vec<(usize, Value)>,
}

#[derive(Clone)]
pub(crate) enum Value {
    Int(i64),
    Text(String),
    /// An integer NULL. Separate from [`Value::NullText`], because PostgreSQL's NULLs are typed.
    NullInt,
    NullText,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NullInt, Self::Int)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::NullText, Self::from)
    }
}

impl QueryBuilder {
    pub(crate) fn new(piece: &'static str) -> Self {
        Self {
            text: piece.to_owned(),
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, piece: &'static str) -> &mut Self {
        self.text.push_str(piece);
        self
    }

    /// Appends a placeholder and binds its argument.
    pub(crate) fn bind(&mut self, argument: impl Into<Value>) -> &mut Self {
        self.values.push((self.text.len(), argument.into()));
        self
    }

    /// Appends a placeholder for each argument, separated by commas.
    pub(crate) fn push_bind_list(
        &mut self,
        arguments: impl IntoIterator<Item = String>,
    ) -> &mut Self {
        for (index, argument) in arguments.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(argument);
        }
        self
    }

    /// Appends the values of each row in parentheses, separated by commas.
    pub(crate) fn push_rows<T>(
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
        self.into_query(Placeholders::for_connection(connection))
            .fetch_all(connection)
            .await
    }

    /// Returns the number of affected rows.
    pub(crate) async fn execute(self, connection: &mut AnyConnection) -> Result<u64, sqlx::Error> {
        let query = self.into_query(Placeholders::for_connection(connection));
        Ok(query.execute(connection).await?.rows_affected())
    }

    fn into_query(self, placeholders: Placeholders) -> Query<'static, Any, AnyArguments> {
        // Safe, because every piece is `&'static str` and every argument is bound to a
        // placeholder.
        let query = sqlx::query(AssertSqlSafe(self.render(placeholders)));
        self.values
            .into_iter()
            .fold(query, |query, (_, argument)| match argument {
                Value::Int(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::NullInt => query.bind(None::<i64>),
                Value::NullText => query.bind(None::<String>),
            })
    }

    fn render(&self, placeholders: Placeholders) -> String {
        let mut rendered = String::with_capacity(self.text.len() + 4 * self.values.len());
        let mut copied_until = 0;
        for (number, (offset, _)) in (1..).zip(&self.values) {
            rendered.push_str(&self.text[copied_until..*offset]);
            match placeholders {
                Placeholders::QuestionMark => rendered.push('?'),
                Placeholders::Numbered => {
                    rendered.push('$');
                    rendered.push_str(&i32::to_string(&number));
                }
            }
            copied_until = *offset;
        }
        rendered.push_str(&self.text[copied_until..]);
        rendered
    }
}

/// Syntax of placeholders.
#[derive(Clone, Copy)]
enum Placeholders {
    QuestionMark,
    Numbered,
}

impl Placeholders {
    fn for_connection(connection: &AnyConnection) -> Self {
        match connection.backend_name() {
            "SQLite" => Self::QuestionMark,
            _ => Self::Numbered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_follow_the_order_of_arguments() {
        let mut sql = QueryBuilder::new("SELECT a FROM t WHERE b = ");
        sql.bind("it's").push(" AND c > ").bind(7);
        sql.push(" AND d IN (")
            .push_bind_list(["x", "y"].map(str::to_owned))
            .push(")");
        assert_eq!(
            sql.render(Placeholders::Numbered),
            "SELECT a FROM t WHERE b = $1 AND c > $2 AND d IN ($3, $4)"
        );
        assert_eq!(
            sql.render(Placeholders::QuestionMark),
            "SELECT a FROM t WHERE b = ? AND c > ? AND d IN (?, ?)"
        );
    }
}
