//! (room `journal`, being built)

pub mod stems;
