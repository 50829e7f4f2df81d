//! The same seed, the same graph.

use super::super::generate::*;
use super::super::*;
use super::stream;

#[test]
fn one_seed_one_graph() {
    let twice = |make: &dyn Fn(u64) -> Graph| {
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    };
    twice(&|seed| power_law(500, 2.1, 1, 50, &mut stream(seed)).unwrap());
    twice(&|seed| barabasi_albert(500, 3, &mut stream(seed)).unwrap());
    twice(&|seed| erdos_renyi(500, 4.0, &mut stream(seed)).unwrap());
    twice(&|seed| random_regular(500, 4, &mut stream(seed)).unwrap());
    twice(&|seed| watts_strogatz(500, 4, 0.1, &mut stream(seed)).unwrap());
    twice(&|seed| random_picks(500, 3, &mut stream(seed)).unwrap());
}

/// FNV-1a over the ends of all edges.
fn digest(graph: &Graph) -> u64 {
    let bytes = graph.edge_list().flat_map(|(u, v)| [u, v]).flat_map(u32::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn graphs_never_change() {
    // Results that are published rest on these: a change here is a change of every one of them.
    let rng = &mut stream(1);
    let digests = [
        ("power_law", digest(&power_law(500, 2.1, 1, 50, rng).unwrap())),
        ("from_law", digest(&from_law(501, &DegreeLaw::course_hybrid(), rng).unwrap())),
        ("barabasi_albert", digest(&barabasi_albert(500, 3, rng).unwrap())),
        ("erdos_renyi", digest(&erdos_renyi(500, 4.0, rng).unwrap())),
        ("random_regular", digest(&random_regular(500, 4, rng).unwrap())),
        ("watts_strogatz", digest(&watts_strogatz(500, 4, 0.1, rng).unwrap())),
        ("random_picks", digest(&random_picks(500, 3, rng).unwrap())),
    ];
    let expected = [
        ("power_law", 0xca93_7ef8_c43b_1247),
        ("from_law", 0x4cb7_afee_f340_e4c5),
        ("barabasi_albert", 0xe823_a8bc_3759_63d1),
        ("erdos_renyi", 0x52d2_c84a_58bb_941b),
        ("random_regular", 0x7349_cf2a_017e_a1c9),
        ("watts_strogatz", 0x18fb_d70d_54bd_e6bf),
        ("random_picks", 0xb21c_178c_ebf6_f79d),
    ];
    assert_eq!(digests, expected);
}
