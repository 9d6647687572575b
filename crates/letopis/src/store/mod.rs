//! (room `store`, being built)
