//! Second factors of somebody.

use super::AccessError;
use crate::{
    db::Db,
    kernel::{Id, Person},
};

/// Whether `person` has one that is asked for.
pub(super) async fn confirmed(db: &Db, person: &Id<Person>) -> Result<bool, AccessError> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM second_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL")
            .bind(person.as_str())
            .fetch_one(db.read())
            .await?;
    Ok(count > 0)
}
