//! (room `recorder`, being built)
