//! (room `cli`, being built)
