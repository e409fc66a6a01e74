//! The room `holdings`.
