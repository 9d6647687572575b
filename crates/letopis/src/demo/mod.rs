//! (room `demo`, being built)
