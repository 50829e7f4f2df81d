//! Tests against the paper's data, tabulated values, brute force and laws that are known; fixed seeds.

mod published;
mod special;
