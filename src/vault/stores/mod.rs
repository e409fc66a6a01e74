//! Where sealed objects lie. Reads go through [`object_store::ObjectStore`];
//! the local disk has two doors more: adopt by rename, and sync a folder.

mod local;

pub(super) use local::{LocalStore, rename_new};
