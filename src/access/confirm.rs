//! Saying again who one is, before something is signed.

use super::{AccessError, Gate, Guest, password};
use crate::kernel::Actor;

impl Gate {
    /// Whether this is the guest's own password: asked again where he signs something.
    ///
    /// # Errors
    /// [`AccessError::Unknown`] where it is wrong, which counts like a failed sign-in;
    /// [`AccessError::Shut`] after too many; [`AccessError::Denied`] to a program's token.
    pub async fn confirm_password(&self, guest: &Guest, address: &str, given: &str) -> Result<(), AccessError> {
        let Actor::Person { id, name } = guest.actor() else { return Err(AccessError::Denied("operator".to_owned())) };
        if !guest.in_person() {
            return Err(AccessError::Denied(name.clone()));
        }
        let turn = password::turn().await;
        let counted = super::attempt::Counted::of(name, address);
        self.open_for(&counted).await?;
        let held: Option<String> = sqlx::query_scalar("SELECT password FROM person WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.db.read())
            .await?;
        if password::matches(&turn, given, held).await? {
            return Ok(());
        }
        self.failed(&counted, Some(id.to_string()), address).await?;
        Err(AccessError::Unknown)
    }
}
