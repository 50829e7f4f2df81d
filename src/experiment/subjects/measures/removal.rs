//! What is left of a graph when nodes are taken away.

use super::{Stopped, Work};

impl Work<'_> {
    pub(super) fn removal(&mut self) -> Result<(), Stopped> {
        Ok(())
    }
}
