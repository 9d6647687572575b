//! (room `import`, being built)
