//! (room `capture`, being built)
