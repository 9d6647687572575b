//! (room `decide`, being built)
