//! Where the members of a network without geometry stand: on rings, by how many links they are from the first ones.

/// A place: on which ring, 0 being the centre, and how far round it, as a share of a turn clockwise from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub ring: usize,
    pub turn: f64,
}

/// Places for members `0..count`: one that is alone in `first` in the centre, several on the first ring in the order given;
/// everybody else one ring further out than the member through whom a breadth-first search found them (neighbours
/// ascending; through `tree` as far as that leads, then through `links`), within that one's sector. Sectors are as wide as what hangs on them needs. Whom the search does not find
/// stands on the outermost ring. A function of its arguments alone.
pub(crate) fn places(
    count: usize,
    first: &[usize],
    tree: &[(usize, usize)],
    links: &[(usize, usize)],
) -> Vec<Place> {
    let tree = Tree::grown(count, first, [neighbours(count, tree), neighbours(count, links)]);
    let widths = tree.widths();
    let mut places = vec![Place { ring: 0, turn: 0.0 }; count];
    let mut sectors = vec![(0.0, 1.0); count];
    let share = |among: &[usize], (start, end): (f64, f64), sectors: &mut Vec<(f64, f64)>| {
        let whole: f64 = among.iter().map(|&member| widths[member]).sum();
        let mut from = start;
        for &member in among {
            let width = (end - start) * widths[member] / whole;
            sectors[member] = (from, from + width);
            from += width;
        }
    };
    share(&tree.roots, (0.0, 1.0), &mut sectors);
    for &member in &tree.order {
        let (start, end) = sectors[member];
        places[member] = Place { ring: tree.rings[member], turn: (start + end) / 2.0 };
        share(&tree.children[member], (start, end), &mut sectors);
    }
    places
}

/// By member, whom it is linked with, ascending.
fn neighbours(count: usize, links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    for &(one, other) in links.iter().filter(|(one, other)| one.max(other) < &count) {
        neighbours[one].push(other);
        neighbours[other].push(one);
    }
    neighbours.iter_mut().for_each(|list| list.sort_unstable());
    neighbours
}

/// Who was found through whom.
struct Tree {
    /// Those whom nobody found.
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
    rings: Vec<usize>,
    /// Everybody, parents before their children.
    order: Vec<usize>,
    outermost: usize,
}

impl Tree {
    fn grown(count: usize, first: &[usize], phases: [Vec<Vec<usize>>; 2]) -> Tree {
        let mut found = vec![false; count];
        let mut tree = Tree {
            roots: Vec::new(),
            children: vec![Vec::new(); count],
            rings: vec![0; count],
            order: Vec::new(),
            outermost: 0,
        };
        for &member in first.iter().filter(|&&member| member < count) {
            if !std::mem::replace(&mut found[member], true) {
                tree.rings[member] = usize::from(first.len() > 1);
                tree.roots.push(member);
            }
        }
        tree.order.clone_from(&tree.roots);
        for neighbours in phases {
            // Everybody found so far looks around, and so does whoever is found.
            let mut looking = 0;
            while let Some(&member) = tree.order.get(looking) {
                looking += 1;
                for &other in &neighbours[member] {
                    if !std::mem::replace(&mut found[other], true) {
                        tree.rings[other] = tree.rings[member] + 1;
                        tree.children[member].push(other);
                        tree.order.push(other);
                    }
                }
            }
        }
        tree.outermost = tree.rings.iter().copied().max().unwrap_or(0);
        let centre = tree.roots.first().copied().filter(|&root| tree.rings[root] == 0);
        tree.outermost = tree.outermost.max(usize::from(centre.is_some() && found.contains(&false)));
        for member in (0..count).filter(|&member| !found[member]) {
            tree.rings[member] = tree.outermost;
            tree.order.push(member);
            match centre {
                Some(centre) => tree.children[centre].push(member),
                None => tree.roots.push(member),
            }
        }
        tree
    }

    /// How much room round the rings each needs with all that hangs on it; more on inner rings, which are shorter, but not so
    /// much that one who stands there alone takes it from all others.
    fn widths(&self) -> Vec<f64> {
        let mut widths = vec![0.0; self.children.len()];
        for &member in self.order.iter().rev() {
            let own = self.outermost as f64 / self.rings[member].max(1) as f64;
            let below: f64 = self.children[member].iter().map(|&child| widths[child]).sum();
            widths[member] = f64::max(libm::sqrt(own.max(1.0)), below);
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_distances() {
        // A path 2-0-1-3, and 4 apart.
        let links = [(0, 1), (0, 2), (1, 3)];
        let rings: Vec<usize> = places(5, &[2], &[], &links).iter().map(|place| place.ring).collect();
        assert_eq!(rings, [1, 2, 0, 3, 3]);
        let two: Vec<usize> = places(5, &[0, 1], &[], &links).iter().map(|place| place.ring).collect();
        assert_eq!(two, [1, 1, 2, 2, 2]);
        // Round a square the long way, as a tree has it; whom the tree leaves out follows by its link.
        let square = [(0, 1), (1, 2), (2, 3), (0, 3), (0, 4)];
        let long = places(5, &[0], &[(0, 1), (1, 2), (2, 3)], &square);
        assert_eq!(long.iter().map(|place| place.ring).collect::<Vec<_>>(), [0, 1, 2, 3, 1]);
    }

    #[test]
    fn children_stand_in_their_parent_s_sector() {
        // Two on the first ring, the one with three behind it, the other with one.
        let links = [(0, 1), (0, 2), (1, 3), (1, 4), (1, 5), (2, 6)];
        let places = places(7, &[0], &[], &links);
        assert_eq!(places[0], Place { ring: 0, turn: 0.5 });
        let middle = 1.5 / (3.0 + libm::sqrt(2.0));
        assert!([1, 4].iter().all(|&member: &usize| (places[member].turn - middle).abs() < 1e-12));
        assert!(places[3].turn < places[4].turn && places[4].turn < places[5].turn);
        assert_eq!(places[6].turn, places[2].turn);
        let mut turns: Vec<f64> = places[3..].iter().map(|place| place.turn).collect();
        turns.sort_by(f64::total_cmp);
        assert!(turns.windows(2).all(|pair| (pair[1] - pair[0]) > 0.19), "{turns:?}");
    }

    #[test]
    fn odd_networks_have_places() {
        assert!(places(0, &[], &[], &[]).is_empty());
        assert_eq!(places(1, &[0], &[], &[]), [Place { ring: 0, turn: 0.5 }]);
        assert_eq!(places(2, &[0], &[], &[])[1].ring, 1);
        assert_eq!(places(3, &[], &[], &[(0, 9)]).len(), 3);
    }
}
