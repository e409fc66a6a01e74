//! The one App.

use super::{Place, Settings, WallClock};
use crate::{
    access::{Gate, OidcError, PasswordRules, Provider, Rules, SecondFactor},
    config::{self, Config},
    db::{Db, DbError},
    ingest::{
        batch::Desk,
        extract::{Extractor, Limits},
        identify::{SignatureError, Signatures},
        upload::{self, UploadError, Uploads},
    },
    jobs,
    kernel::Clock,
    profile::{Profile, ProfileError},
    search::{Catalogue, SearchError},
    vault::{Room, Vault, VaultError},
};
use std::{
    path::PathBuf,
    sync::{Arc, RwLock},
};

/// Why there is no App.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("there is no archive in {0}")]
    Missing(PathBuf),
    #[error(
        "the database {0} is gone; put it back, or run lantai rebuild --from-store (or set database.url where it lies on PostgreSQL)"
    )]
    NoDatabase(PathBuf),
    #[error("there is an archive in {0} already")]
    Exists(PathBuf),
    #[error("the archive in {0} is in use by another process")]
    Locked(PathBuf),
    #[error("{path} cannot be used")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Oidc(#[from] OidcError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Signatures(#[from] SignatureError),
    #[error(transparent)]
    Ingest(#[from] crate::ingest::batch::IngestError),
    #[error(transparent)]
    Upload(#[from] UploadError),
}

/// The processes that open foreign files, as configured; needs no archive. Signatures of
/// formats that the configuration names are tried.
pub fn reader(config: &Config) -> Result<Extractor, AppError> {
    let named = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
    let config::Reading { children, memory, patience, font, office, signatures } = &config.reading;
    let children = match children {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        children => *children,
    };
    let program = std::env::current_exe().map_err(|source| AppError::Folder { path: "the program".into(), source })?;
    let signatures = named(signatures);
    if let Some(file) = &signatures {
        Signatures::read(file)?;
    }
    let limits = Limits { memory: *memory, patience: *patience, font: named(font), office: office.clone(), signatures };
    Ok(Extractor::new(program, children, limits))
}

/// An open archive: every room, and what they stand on. Its holder has the
/// archive's lock.
pub struct App {
    pub place: Place,
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub db: Db,
    pub gate: Gate,
    pub vault: Arc<Vault>,
    pub room: Arc<Room>,
    pub index: Arc<Catalogue>,
    pub reader: Arc<Extractor>,
    pub profile: Arc<Profile>,
    pub(super) settings: RwLock<Settings>,
    pub(super) setting: tokio::sync::Mutex<()>,
    taking_in: Arc<tokio::sync::Mutex<()>>,
    uploads: Uploads,
    versions: Arc<tokio::sync::Mutex<()>>,
}

impl App {
    /// Makes the folders of an archive that is not there yet, and its configuration with
    /// the address of its database; empty for SQLite inside it.
    pub fn make(place: &Place, url: &str) -> Result<(), AppError> {
        if place.exists() {
            return Err(AppError::Exists(place.data.clone()));
        }
        for path in [&place.data, &place.keys] {
            private_folder(path).map_err(|source| AppError::Folder { path: path.clone(), source })?;
        }
        // A vault without a configuration is what an init that was killed left.
        let folders = place.folders(std::path::Path::new(""));
        match Vault::create(&folders) {
            Err(VaultError::Exists(_)) => Vault::open(&folders).map(drop)?,
            made => drop(made?),
        }
        let config = place.config();
        std::fs::write(&config, crate::config::defaults_with(url))
            .map_err(|source| AppError::Folder { path: config, source })
    }

    /// Opens the archive at `place`; the caller holds its lock.
    ///
    /// # Errors
    /// [`AppError::NoDatabase`] where the archive's own database is gone: an empty one in
    /// its place would look like an archive that holds nothing.
    pub async fn open(place: Place, config: Config) -> Result<Self, AppError> {
        if config.database.url.is_empty() && place.exists() && !place.database().exists() {
            return Err(AppError::NoDatabase(place.database()));
        }
        Self::open_or_found(place, config).await
    }

    /// The same, with an empty database where there is none: at the beginning, and to
    /// rebuild.
    pub async fn open_or_found(place: Place, config: Config) -> Result<Self, AppError> {
        if !place.exists() {
            return Err(AppError::Missing(place.data.clone()));
        }
        let db = Db::open(&database_url(&place, &config)).await?;
        let folders = place.folders(&config.store.path);
        let vault = Arc::new(Vault::open(&folders)?);
        let disks = vec![place.data.clone(), folders.store().to_owned()];
        let room = Arc::new(Room::new(disks, config.ingest.keep_free));
        let index = Arc::new(Catalogue::open(&place.index(), config.search.memory)?);
        let reader = Arc::new(reader(&config)?);
        let profile = Arc::new(place.rules(&config.archive.rules)?);
        let clock: Arc<dyn Clock> = Arc::new(WallClock);
        let mut gate = Gate::new(db.clone(), clock.clone(), rules(&config)).with_keys(&place.keys);
        if let Some(provider) = provider(&config, &place) {
            gate = gate.with_provider(provider)?;
        }
        let settings = RwLock::new(Settings::of(&config));
        let uploads = Uploads::new(config.ingest.upload_expiry);
        let (setting, taking_in, versions) = (tokio::sync::Mutex::default(), Arc::default(), Arc::default());
        Ok(Self {
            place,
            config,
            clock,
            db,
            gate,
            vault,
            room,
            index,
            reader,
            profile,
            settings,
            setting,
            taking_in,
            uploads,
            versions,
        })
    }

    /// What ingest works with.
    pub fn desk(&self) -> Desk {
        Desk {
            db: self.db.clone(),
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            room: self.room.clone(),
            reader: self.reader.clone(),
            profile: self.profile.clone(),
            writers: self.config.ingest.writers,
            chunk: self.config.ingest.chunk,
            largest_file: self.config.ingest.largest_file,
            zone: self.config.archive.zone.clone(),
            ceiling: self.settings().ceiling,
            turn: self.taking_in.clone(),
            uploads: self.uploads.clone(),
            versions: self.versions.clone(),
        }
    }

    /// Puts right what the last holder of the lock left: leases of the dead, jobs that
    /// gave up (they get another round), staged folders nobody promised. Before
    /// anything is staged, and before anybody else is served.
    pub async fn settle(&self) -> Result<(), AppError> {
        jobs::release_all(&self.db, self.clock.as_ref()).await?;
        let expired = upload::expire(&self.desk()).await?;
        if expired > 0 {
            tracing::info!(expired, "gave up {expired} upload(s) to which nothing came any more");
        }
        let swept = crate::ingest::batch::sweep(&self.desk()).await?;
        if swept > 0 {
            tracing::info!(swept, "swept {swept} staged folder(s) that nothing promised");
        }
        Ok(())
    }

    /// Ends what is open.
    pub async fn close(&self) {
        self.reader.close().await;
        self.db.close().await;
    }
}

/// What the configuration says about signing in.
fn rules(config: &Config) -> Rules {
    let said = &config.sign_in;
    Rules {
        zone: config.archive.zone.clone(),
        idle: said.idle,
        longest: said.longest,
        token: said.token,
        passwords: PasswordRules { shortest: said.password_length, kinds: said.password_kinds },
        account_failures: said.account_failures,
        address_failures: said.address_failures,
        first_wait: said.first_wait,
        longest_wait: said.longest_wait,
        second_factor: match said.second_factor {
            config::SecondFactor::Offered => SecondFactor::Offered,
            config::SecondFactor::Officers => SecondFactor::Officers,
            config::SecondFactor::Everybody => SecondFactor::Everybody,
        },
    }
}

/// The provider to sign in at, if one is named.
fn provider(config: &Config, place: &Place) -> Option<Provider> {
    let said = &config.oidc;
    let secret = Some(&said.client_secret).filter(|path| !path.as_os_str().is_empty());
    (!said.issuer.is_empty()).then(|| Provider {
        issuer: said.issuer.clone(),
        client_id: said.client_id.clone(),
        secret: secret.map(|path| place.data.join(path)),
        trust_names: said.trust_names,
    })
}

/// The address of the archive's database.
pub(crate) fn database_url(place: &Place, config: &Config) -> String {
    if config.database.url.is_empty() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = place.database();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
        let path: String = path
            .as_os_str()
            .as_bytes()
            .iter()
            .map(|byte| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        format!("sqlite://{path}?mode=rwc")
    } else {
        config.database.url.clone()
    }
}

fn private_folder(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    // One that was there already may be open to others.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}
