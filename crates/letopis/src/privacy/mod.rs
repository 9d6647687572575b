//! (room `privacy`, being built)
