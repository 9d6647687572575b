//! (room `app`, being built)
