//! The parent's side: a few children, each doing one request at a time.

use super::{
    Examined, Format, Reading,
    child::{FONT, MEMORY, SIGNATURES},
    office::Office,
    request::{Answer, Request},
};
use crate::{ingest::identify::Identified, vault::Source};
use data_encoding::BASE64;
use std::{path::PathBuf, process::Stdio, sync::Mutex, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    sync::Semaphore,
};

/// What a child may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Wall time for one file.
    pub patience: Duration,
    /// A CJK font for PDFs that carry none; `None` looks in the usual places.
    pub font: Option<PathBuf>,
    /// LibreOffice; empty looks in the usual places.
    pub office: PathBuf,
    /// Signatures of formats in the place of those compiled in. Tried by whoever names
    /// them: a child that cannot read them identifies nothing, and says why.
    pub signatures: Option<PathBuf>,
}

/// Opens foreign files through children. Cheap to make: children start when they
/// are needed, and die with this process.
pub struct Extractor {
    program: PathBuf,
    limits: Limits,
    children: usize,
    turn: Semaphore,
    idle: Mutex<Vec<Child>>,
    office: Office,
    converting: tokio::sync::Mutex<()>,
}

/// The longest answer read from a child, in bytes: the text of any book.
const LONGEST: u32 = 512 << 20;

impl Extractor {
    /// `program` is this binary.
    pub fn new(program: PathBuf, children: usize, limits: Limits) -> Self {
        let children = children.max(1);
        let office = Office::new(&limits.office, limits.patience);
        let (turn, idle, converting) = (Semaphore::new(children), Mutex::default(), tokio::sync::Mutex::default());
        Self { program, limits, children, turn, idle, office, converting }
    }

    /// How many work at once.
    pub fn children(&self) -> usize {
        self.children
    }

    /// What `file` is and whether it is whole. `name` is what its sender called it.
    pub async fn examine(&self, file: &Source, name: &str) -> Examined {
        match self.ask(&Request::Examine { file: file.clone(), name: name.to_owned() }).await {
            Ok(Answer::Examined(examined)) => examined,
            Ok(other) => Examined::failed(unexpected(&other)),
            Err(why) => Examined::failed(why),
        }
    }

    /// Which format `file` has, told by its bytes; or why that could not be looked at.
    pub async fn identify(&self, file: &Source, name: &str) -> Result<Identified, String> {
        match self.ask(&Request::Identify { file: file.clone(), name: name.to_owned() }).await? {
            Answer::Identified(identified) => Ok(identified),
            other => Err(unexpected(&other)),
        }
    }

    /// The text of `file`, which its sender called `name`.
    pub async fn extract(&self, file: &Source, name: &str) -> Reading {
        let answer = match self.ask(&Request::Extract { file: file.clone(), name: name.to_owned() }).await {
            Ok(Answer::Office(format)) => self.converted(file, format).await,
            answer => answer,
        };
        match answer {
            Ok(Answer::Reading(reading)) => reading,
            Ok(other) => Reading::CouldNotRead { reason: unexpected(&other) },
            Err(reason) => Reading::CouldNotRead { reason },
        }
    }

    /// The text of a file that only LibreOffice reads, by the way of a PDF.
    async fn converted(&self, file: &Source, format: Format) -> Result<Answer, String> {
        // One at a time: it takes more than all children together.
        let _turn = self.converting.lock().await;
        let converted = self.office.convert(file, format.word()).await?;
        self.ask(&Request::Extract { file: Source::Plain(converted.pdf.clone()), name: "in.pdf".to_owned() }).await
    }

    /// JPEG of a page, from 1, at most `width` pixels wide; or why there is none.
    pub async fn render(&self, file: &Source, name: &str, page: u32, width: u32) -> Result<Vec<u8>, String> {
        let request = Request::Render { file: file.clone(), name: name.to_owned(), page, width };
        match self.ask(&request).await? {
            Answer::Picture(bytes) => BASE64.decode(bytes.as_bytes()).map_err(|error| error.to_string()),
            Answer::Failed(why) => Err(why),
            other => Err(unexpected(&other)),
        }
    }

    /// Lets the idle children end, and waits for them.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().expect("no holder panics"));
        for mut child in idle {
            drop(child.stdin.take());
            if let Err(error) = child.wait().await {
                tracing::warn!("a process that opens files cannot be waited for: {error}");
            }
        }
    }

    async fn ask(&self, request: &Request) -> Result<Answer, String> {
        let _turn = self.turn.acquire().await.expect("the semaphore is never closed");
        let idle = self.idle.lock().expect("no holder panics").pop();
        let mut child = match idle {
            Some(child) => child,
            None => self.start()?,
        };
        match tokio::time::timeout(self.limits.patience, converse(&mut child, request)).await {
            Ok(Ok(answer)) => {
                self.idle.lock().expect("no holder panics").push(child);
                Ok(answer)
            }
            // The child is not used again: it dies when it is dropped.
            Ok(Err(why)) => {
                // One that still runs (its answer was no answer) would wait for us to read on.
                let ended = child.try_wait().ok().flatten();
                let ended = match ended {
                    Some(status) => status.to_string(),
                    None => match child.kill().await {
                        Ok(()) => why.to_string(),
                        Err(error) => error.to_string(),
                    },
                };
                Err(format!("打开文件的进程中途退出（{ended}），多半是文件已损坏或过大"))
            }
            Err(_) => Err(format!("打开文件超过 {} 秒", self.limits.patience.as_secs())),
        }
    }

    fn start(&self) -> Result<Child, String> {
        let mut command = Command::new(&self.program);
        command
            .arg("extract-child")
            .env_clear()
            .env(MEMORY, self.limits.memory.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Some(font) = &self.limits.font {
            command.env(FONT, font);
        }
        if let Some(signatures) = &self.limits.signatures {
            command.env(SIGNATURES, signatures);
        }
        command.spawn().map_err(|error| format!("打开文件的进程无法启动：{error}"))
    }
}

async fn converse(child: &mut Child, request: &Request) -> std::io::Result<Answer> {
    let (Some(input), Some(output)) = (child.stdin.as_mut(), child.stdout.as_mut()) else {
        return Err(std::io::Error::other("a child has no pipes"));
    };
    let bytes = serde_json::to_vec(request)?;
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    input.write_all(&length.to_le_bytes()).await?;
    input.write_all(&bytes).await?;
    input.flush().await?;
    let length = output.read_u32_le().await?;
    if length > LONGEST {
        return Err(std::io::Error::other("an answer is too long"));
    }
    let mut bytes = vec![0; length as usize];
    output.read_exact(&mut bytes).await?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn unexpected(answer: &Answer) -> String {
    match answer {
        Answer::Failed(why) => why.clone(),
        _ => "打开文件的进程答非所问".to_owned(),
    }
}
