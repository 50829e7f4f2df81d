//! The scenarios that the binary carries.

/// A shipped scenario.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its name, by which `peerlab run` knows it.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        /// All shipped scenarios.
        pub const SHIPPED: &[Shipped] =
            &[$(Shipped { name: $name, text: include_str!(concat!("../../scenarios/", $name, ".toml")) }),+];
    };
}

shipped! {
    "compare",
    "compare-churn",
    "compare-faults",
    "server-down",
    "papers/chord-path-length",
    "papers/churn-dht",
    "papers/churn-sessions",
    "papers/gnutella-reach",
    "swarm",
    "papers/bittorrent-flash-crowd",
    "papers/bittorrent-mixed-classes",
    "papers/bittorrent-fluid",
    "papers/can-path-length",
    "papers/can-realities",
    "papers/can-volume-check",
    "papers/can-overloading",
    "papers/can-rtt",
    "super-peers",
    "caching",
    "dynamic-querying",
    "keywords",
    "papers/kazaa-shape",
    "papers/super-peer-redundancy",
    "papers/chord-path-distribution",
    "papers/chord-keys-per-node",
    "papers/chord-virtual-nodes",
    "papers/chord-failures-before-repair",
    "papers/chord-failures-after-repair",
    "papers/gnutella-walkers",
    "papers/gnutella-unequal-latency",
    "papers/gnutella-traffic",
    "papers/replication",
    "papers/peersim-chord",
    "papers/peersim-flood",
    "free-riding",
    "participation",
    "missing-chunk",
    "gnutella-lives",
    "slow-crawler",
    "degree-laws-and-search",
    "overlay-underlay",
    "degree",
    "papers/course-degree-model",
    "papers/snap-gnutella",
    "papers/attack-tolerance",
    "papers/power-law-fits",
    "papers/small-world",
}

/// The shipped scenario called `name`.
pub fn find(name: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|scenario| scenario.name == name)
}

/// The names of all shipped scenarios.
pub fn names() -> Vec<&'static str> {
    SHIPPED.iter().map(|scenario| scenario.name).collect()
}
