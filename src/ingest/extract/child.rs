//! The child process: limits first, then one request after the other.

use super::{
    pages,
    request::{Answer, Request},
};
use crate::ingest::identify::Signatures;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::{
    io::{Read, Write},
    path::PathBuf,
    process::ExitCode,
    sync::OnceLock,
};

/// Environment of a child: bytes of memory it may use, and a font.
pub(super) const MEMORY: &str = "LANTAI_CHILD_MEMORY";
pub(super) const FONT: &str = "LANTAI_CHILD_FONT";
/// Environment of a child: signatures of formats in the place of those compiled in.
pub(super) const SIGNATURES: &str = "LANTAI_CHILD_SIGNATURES";

/// Deep nesting in a foreign file needs stack; what needs more than this dies.
const STACK: usize = 64 << 20;

/// Runs until standard input ends. A request or an answer is its length in four
/// bytes, the lowest first, and so many bytes of JSON.
pub fn child_main() -> ExitCode {
    let memory = std::env::var(MEMORY).ok().and_then(|bytes| bytes.parse().ok());
    let font = std::env::var_os(FONT).map(PathBuf::from);
    if let Err(error) = limit(memory) {
        eprintln!("limits cannot be set: {error}");
        return ExitCode::FAILURE;
    }
    let work = std::thread::Builder::new().stack_size(STACK).spawn(move || serve(font));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Memory, open files, no file written, no core. Without a bound on memory nothing
/// foreign is opened.
fn limit(memory: Option<u64>) -> Result<(), String> {
    let memory = memory.ok_or_else(|| format!("{MEMORY} is not set"))?;
    let bounds = [(Resource::As, memory), (Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, 64)];
    for (resource, most) in bounds {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn serve(font: Option<PathBuf>) -> std::io::Result<()> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    while let Some(bytes) = read_frame(&mut input)? {
        let answer = match serde_json::from_slice::<Request>(&bytes) {
            Ok(request) => pages::answer(request, font.clone()),
            Err(error) => Answer::Failed(format!("the request cannot be read: {error}")),
        };
        write_frame(&mut output, &answer)?;
    }
    Ok(())
}

/// The signatures this child was told of, read when the first file is identified.
pub(super) fn signatures() -> Result<&'static Signatures, String> {
    static NAMED: OnceLock<Result<Signatures, String>> = OnceLock::new();
    let Some(file) = std::env::var_os(SIGNATURES).map(PathBuf::from) else { return Ok(Signatures::builtin()) };
    NAMED.get_or_init(|| Signatures::read(&file).map_err(|error| error.to_string())).as_ref().map_err(Clone::clone)
}

/// `None` at the end of the input.
fn read_frame(input: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

fn write_frame(output: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    let bytes = serde_json::to_vec(answer)?;
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&bytes)?;
    output.flush()
}
