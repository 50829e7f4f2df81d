//! Where a large random graph of given degrees falls apart.

use super::super::measure::DegreeCounts;

/// Molloy and Reed's criterion (Random Structures & Algorithms 6, 1995): a random graph of these degrees has a giant
/// component if κ = ⟨k²⟩/⟨k⟩ > 2. Without links it has none.
pub fn has_giant(degrees: &DegreeCounts) -> bool {
    degrees.kappa().is_some_and(|kappa| kappa > 2.0)
}

/// The share of nodes whose random removal destroys the giant component: p_c = 1 − 1/(κ − 1) (Cohen, Erez, ben-Avraham
/// and Havlin, Physical Review Letters 85, 2000); `None` where there is no giant component to begin with.
pub fn random_threshold(degrees: &DegreeCounts) -> Option<f64> {
    degrees.kappa().filter(|&kappa| kappa > 2.0).map(|kappa| 1.0 - 1.0 / (kappa - 1.0))
}

/// The share of nodes whose removal by initial degree, the best connected first, destroys the giant component of a
/// random graph: what is left must keep Σ k(k − 1) above Σ k of *all* nodes, with k the initial degrees (Callaway,
/// Newman, Strogatz and Watts, Physical Review Letters 85, 2000). Of the degree at which the sum falls short, a share
/// goes. `None` where there is no giant component to begin with.
pub fn attack_threshold(degrees: &DegreeCounts) -> Option<f64> {
    if !has_giant(degrees) {
        return None;
    }
    let nodes = degrees.nodes() as f64;
    let mut needed: u128 = degrees.iter().map(|(degree, nodes)| u128::from(degree) * u128::from(nodes)).sum();
    let mut kept = 0.0;
    for (degree, nodes) in degrees.iter() {
        let each = u128::from(degree) * u128::from(degree.saturating_sub(1));
        let all = each * u128::from(nodes);
        if all >= needed {
            kept += needed as f64 / each as f64;
            break;
        }
        needed -= all;
        kept += nodes as f64;
    }
    Some(1.0 - kept / nodes)
}
