//! `peerlab show`.
use clap::Args;
use super::Failure;
/// x
#[derive(Debug, Args)]
pub(super) struct Show {}
impl Show { pub(super) fn execute(&self) -> Result<(), Failure> { Ok(()) } }
