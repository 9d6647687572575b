//! (room `access`, being built)
