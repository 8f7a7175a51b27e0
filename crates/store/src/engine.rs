//! The two database engines.

/// Which database engine a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file, inside this process.
    Sqlite,
    /// A server, shared by many of ours.
    Postgres,
}

impl Engine {
    /// The engine that a database URL names, if it is one of the two.
    pub fn of(url: &str) -> Option<Self> {
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
    fn the_scheme_names_the_engine() {
        assert_eq!(Engine::of("sqlite:/tmp/a.db"), Some(Engine::Sqlite));
        assert_eq!(Engine::of("postgres://u@h/d"), Some(Engine::Postgres));
        assert_eq!(Engine::of("postgresql://u@h/d"), Some(Engine::Postgres));
        for other in ["", "mysql://h/d", "keywright.db", "sqlite"] {
            assert_eq!(Engine::of(other), None, "{other}");
        }
    }
}
