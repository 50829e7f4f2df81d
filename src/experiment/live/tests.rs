//! Degree laws, names of files, and a crawler in worlds whose truth is known.
