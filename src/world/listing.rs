//! The models of overlays and their parameters in words: one table for scenarios, `peerlab list` and the command line.

use super::GraphModel;

impl GraphModel {
    /// The models by the names that scenarios use, each with what it is and where it comes from.
    pub const LISTED: &[(&str, &str)] = &[
        ("power-law", "degrees p(d) ∝ d^-exponent, configuration model (Molloy, Reed 1995)"),
        ("course-pure", "d^-1.4 on 1 to 7: the course's pure P2P (Eberspächer, Schollmeier 2005)"),
        ("course-hybrid", "the same with one hub of 20 links in forty: the course's hybrid P2P"),
        ("exponential", "degrees p(d) ∝ q^d, configuration model"),
        ("poisson", "degrees by Poisson's law, configuration model"),
        ("empirical", "the degrees of a file, configuration model"),
        ("chung-lu", "expected degrees by a power law (Chung, Lu 2002)"),
        ("barabasi-albert", "growth with preferential attachment (Barabási, Albert 1999)"),
        ("glp", "growth by generalised linear preference (Bu, Towsley 2002)"),
        ("erdos-renyi", "each pair linked with the same probability (Gilbert; Erdős, Rényi 1959)"),
        ("random-regular", "every peer with the same number of random neighbours"),
        ("watts-strogatz", "small world: a rewired lattice (Watts, Strogatz 1998)"),
        ("random-picks", "every peer links to so many random others (PeerSim's random wiring)"),
        ("stochastic-block", "communities of equal size (Holland, Laskey, Leinhardt 1983)"),
        ("ring", "each peer linked to the next"),
        ("torus", "a lattice that is closed in every dimension"),
        ("star", "everyone linked to peer 0"),
        ("tree", "every peer with so many children"),
        ("random-tree", "each peer linked to a random earlier one"),
        ("complete", "everyone linked to everyone"),
        ("file", "a measured overlay: SNAP, CSV, GraphML, GEXF, DOT, Pajek, adjacency; plain or gzip"),
    ];

    /// The parameters of the models that are drawn, each with what it means, as options of the command line; keys of scenarios
    /// have `_` for `-`.
    pub const PARAMETERS: &[(&str, &[(&str, &str)])] = &[
        (
            "power-law",
            &[
                ("exponent", "Exponent of the degree law; default 1.4"),
                ("min-degree", "Smallest degree; default 1"),
                ("max-degree", "Largest degree; default 7"),
                ("cutoff", "Degree at which an exponential factor cuts the law; none if not given"),
                MULTIPLICITY,
            ],
        ),
        ("course-pure", &[MULTIPLICITY]),
        ("course-hybrid", &[MULTIPLICITY]),
        (
            "exponential",
            &[
                ("mean-degree", "Mean degree; default 4"),
                ("min-degree", "Smallest degree; default 1"),
                MULTIPLICITY,
            ],
        ),
        ("poisson", &[("mean-degree", "Mean degree; default 4"), MULTIPLICITY]),
        ("empirical", &[("path", "File of degrees, one a line, or of a graph"), MULTIPLICITY]),
        (
            "chung-lu",
            &[
                ("exponent", "Exponent of the expected degrees; default 2.5"),
                ("mean-degree", "Mean degree; default 4"),
                ("max-degree", "Largest expected degree; default 100"),
            ],
        ),
        (
            "barabasi-albert",
            &[
                ("links", "Links that each new peer makes; default 2"),
                (
                    "attractiveness",
                    "Added to every degree, so that the exponent is 3 + this/links; default 0",
                ),
            ],
        ),
        (
            "glp",
            &[
                ("links", "Links a step, on average; default 1.13"),
                ("inner", "Share of steps that link peers that are there; default \"46.95 %\""),
                ("beta", "Taken off every degree, below 1; default .6447"),
            ],
        ),
        ("erdos-renyi", &[("mean-degree", "Mean degree; default 6")]),
        ("random-regular", &[("degree", "Degree of every peer; default 4")]),
        (
            "watts-strogatz",
            &[
                ("degree", "Degree of every peer before links are moved, even; default 4"),
                ("rewired", "Share of links moved at random; default \"10 %\""),
            ],
        ),
        ("random-picks", &[("picks", "Neighbours that each peer picks; default 3")]),
        (
            "stochastic-block",
            &[
                ("blocks", "Number of communities; default 4"),
                ("inside", "Neighbours in a peer's own community, on average; default 5"),
                ("outside", "Neighbours in all others, on average; default 1"),
            ],
        ),
        ("ring", &[]),
        ("torus", &[("dimensions", "Dimensions, of one length each; default 2")]),
        ("star", &[]),
        ("tree", &[("children", "Children of every peer; default 2")]),
        ("random-tree", &[]),
        ("complete", &[]),
    ];
}

/// What every configuration model can be told.
const MULTIPLICITY: (&str, &str) =
    ("multiplicity", "What becomes of self-loops and repeated links: erase (default) or rewire");
