//! The two database engines.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// An embedded database in one file.
    Sqlite,
    /// A database server that several Keywright servers can share.
    Postgres,
}

impl Engine {
    /// Returns the engine of a database URL, or `None` if it is not supported.
    pub fn from_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_scheme_selects_the_engine() {
        assert_eq!(Engine::from_url("sqlite:/tmp/a.db"), Some(Engine::Sqlite));
        assert_eq!(Engine::from_url("postgres://u@h/d"), Some(Engine::Postgres));
        assert_eq!(
            Engine::from_url("postgresql://u@h/d"),
            Some(Engine::Postgres)
        );
        for other in ["", "mysql://h/d", "keywright.db", "sqlite"] {
            assert_eq!(Engine::from_url(other), None, "{other}");
        }
    }
}
