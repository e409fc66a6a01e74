#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Scheme;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct CodeError;
