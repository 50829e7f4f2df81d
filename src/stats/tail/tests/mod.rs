//! Tests against the paper's data, tabulated values, brute force and laws that are known; fixed seeds.

mod laws;
mod odd;
mod published;
mod special;
