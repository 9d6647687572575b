//! Letopis.
fn main() {}
