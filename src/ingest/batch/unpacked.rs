//! A package of this machine, unpacked into a tray of the staging: sealed, since the secrecy
//! of what is in it is not known yet.

use super::{
    desk::{Desk, IngestError},
    handed::Handed,
    rows::Way,
};
use crate::{
    ingest::{
        catalogue::{CatalogueError, is_catalogue},
        folder::{FoundFile, Refused},
        package::{Package, PackageError, Unpacked},
    },
    vault::{Arriving, Source, VaultError},
};
use std::{
    io::{self, Read},
    path::Path,
    sync::Arc,
};

/// Bytes read of a member at a time, and bytes after which the disks are asked for room.
const AT_ONCE: usize = 1 << 20;
const ROOM_EVERY: usize = 8 << 20;

/// Unpacks all members and finds the catalogue among them. The files lie in the staging as
/// long as what comes back. Blocks.
///
/// # Errors
/// [`IngestError::Package`] where it is no ZIP file, or one made to deceive.
pub(super) fn unpacked(desk: &Desk, path: &Path) -> Result<Handed, IngestError> {
    let at = path.canonicalize().map_err(|error| IngestError::Source(path.to_owned(), error))?;
    let of = |error| IngestError::Package { path: at.clone(), error: Box::new(error) };
    let package = Package::open(Source::Plain(at.clone()), desk.largest_file).map_err(of)?;
    // Asked before anything is unpacked: most of what is no batch ends here.
    let mut good = package.members().iter().filter(|member| member.refused.is_none());
    if !good.any(|member| member.relative.rsplit('/').next().is_some_and(is_catalogue)) {
        return Err(CatalogueError::Absent(at).into());
    }
    let received = desk.vault.receive()?;
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    let mut block = vec![0; AT_ONCE];
    package
        .unpack::<Source, Stopped>(
            |_, bytes| {
                let mut arriving = received.begin()?;
                match poured(desk, bytes, &mut arriving, &mut block)? {
                    Ok(()) => Ok(Ok(received.finish(arriving)?)),
                    Err(damaged) => Ok(Err(damaged)),
                }
            },
            |member, became| {
                let relative = member.relative.clone();
                match became {
                    Unpacked::Taken(source) => {
                        files.push(FoundFile { source, relative, bytes: member.bytes, modified: None });
                    }
                    Unpacked::Refused(why) => refused.push(Refused { relative, why }),
                }
                Ok(())
            },
        )
        .map_err(|stopped| match stopped {
            Stopped::Package(error) => of(error),
            Stopped::Vault(error) => error.into(),
        })?;
    let name = at.file_stem().map_or_else(|| at.display().to_string(), |name| name.to_string_lossy().into_owned());
    let mut handed = Handed::files((name, at.display().to_string(), Way::Zip), files, refused)?;
    handed.held = Some(Arc::new(received));
    Ok(handed)
}

/// What ends the unpacking of all.
enum Stopped {
    Package(PackageError),
    Vault(VaultError),
}

impl From<PackageError> for Stopped {
    fn from(error: PackageError) -> Self {
        Self::Package(error)
    }
}

impl From<VaultError> for Stopped {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

/// The inner error is the member's own: it is damaged.
fn poured(
    desk: &Desk,
    bytes: &mut dyn Read,
    arriving: &mut Arriving,
    block: &mut [u8],
) -> Result<io::Result<()>, VaultError> {
    let mut unasked = ROOM_EVERY;
    loop {
        let count = match bytes.read(block) {
            Ok(0) => return Ok(Ok(())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(error)),
        };
        unasked += count;
        if unasked >= ROOM_EVERY {
            unasked = 0;
            desk.room.check(ROOM_EVERY as u64)?;
        }
        arriving.take(&block[..count])?;
    }
}
