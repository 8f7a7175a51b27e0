//! What comes of a form: everything that is wrong is told at once, each beside its field, and nothing is made by halves. A form
//! that makes something each time it is sent has an id, and makes it once.

use std::fmt::Display;

use futures::FutureExt;
use keywright_domain::{ids::FormId, license::NamedLicense};
use keywright_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::{Caller, Error, Invalid, context::Context};

/// How long it is known that a form was sent: twice as long as a session lasts at most.
const KNOWN_DAYS: u32 = 60;

/// Fields with what is wrong in each, in a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrongFields(pub Vec<(&'static str, String)>);

/// Why a form was not carried out.
#[derive(Debug)]
pub enum FormError {
    /// Something in it is not as it has to be.
    Wrong(WrongFields),
    /// It was sent before, and this is what it made then.
    Used(Made),
    /// Anything else.
    Other(Error),
}

/// What a form made that makes something each time it is sent. There is no secret in it: it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// Licenses: how many, and the first of them.
    Licenses {
        /// How many.
        count: u32,
        /// At most [`Made::NAMED`] of them, in the order in which they were made.
        first: Vec<NamedLicense>,
    },
    /// An SDK key.
    SdkKey {
        /// Its SHA-256.
        fingerprint: String,
    },
}

impl Made {
    /// Most licenses that are named.
    pub const NAMED: usize = 20;
}

impl From<Error> for FormError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl WrongFields {
    /// The form is right but for this one field.
    pub(crate) fn one(name: &'static str, wrong: impl Display) -> FormError {
        FormError::Wrong(Self(vec![(name, sentence(&wrong.to_string()))]))
    }

    /// What was made of a field; notes what is wrong with it otherwise.
    pub(crate) fn take<T, E: Display>(
        &mut self,
        name: &'static str,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|wrong| self.0.push((name, sentence(&wrong.to_string()))))
            .ok()
    }

    /// What all the fields make, if each is as it has to be.
    pub(crate) fn none<T>(self, made: Option<T>) -> Result<T, FormError> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            _ => Err(FormError::Wrong(self)),
        }
    }
}

impl Context {
    /// A new form's id.
    pub(crate) fn new_form(&self) -> FormId {
        FormId::new(self.rng.uuid())
    }

    /// What went wrong with a unit of work that used the form: that it had been sent before, unless it was something else.
    pub(crate) async fn why_not(&self, caller: &Caller, form: FormId, error: Error) -> FormError {
        let Error::Conflict(_) = error else {
            return error.into();
        };
        match self.made_by(caller, form).await {
            Ok(Some(made)) => FormError::Used(made),
            Ok(None) => error.into(),
            Err(trouble) => trouble.into(),
        }
    }

    /// What the form made, if it was sent before.
    pub(crate) async fn made_by(
        &self,
        caller: &Caller,
        form: FormId,
    ) -> Result<Option<Made>, Error> {
        let stored = self.store.used_form(caller.tenant(), form).await?;
        let made = stored.map(|made| {
            serde_json::from_value(made).map_err(|_| StoreError::Corrupt {
                table: "used_forms",
                column: "made",
            })
        });
        Ok(made.transpose()?)
    }

    /// Forgets forms that nobody can send any more.
    pub(crate) async fn purge_used_forms(&self) -> Result<(), Error> {
        let used_before = self.clock.now().minus_days(KNOWN_DAYS);
        self.purge("used_forms", move |tx, most| {
            tx.purge_used_forms(used_before, most).boxed()
        })
        .await
    }
}

/// The id of a form that was sent.
pub(crate) fn form_id(typed: &str) -> Result<FormId, Invalid> {
    typed.parse().map_err(|_| Invalid::FormId)
}

/// Begins with a capital and ends with a full stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut symbols = words.chars();
    let first = symbols.next().map(|first| first.to_ascii_uppercase());
    let end = if words.ends_with('.') {
        None
    } else {
        Some('.')
    };
    first.into_iter().chain(symbols).chain(end).collect()
}
