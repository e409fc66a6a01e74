//! Taking in, by the real binary, on both databases.

mod broken_off;
mod carriers;
mod catalogue_only;
mod codes;
mod files;
mod formats;
mod kept;
mod kill;
mod mapping;
mod package;
mod room;
mod sample;
mod secret;
mod state;
mod stream;
mod versions;
mod watched;
mod wayback;
mod yearly;
