//! (room `journal`, being built)
