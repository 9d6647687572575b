//! The worked numbers of sections 4.9, 4.10 and 4.14.
