//! The room `preservation`.
