//! (room `console`, being built)
