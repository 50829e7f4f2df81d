//! Measures against what is known of small graphs.
