//! Speed, measured: the kernel under PHOLD, and whole protocols by size.

pub mod phold;
pub mod whole;
