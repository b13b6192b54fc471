//! Circles in what refers to what.

/// How far a node is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    /// On the path that is being followed.
    Open,
    Done,
}

/// The nodes of a graph, each after those that it refers to; or the nodes of a circle. References
/// to what is no node are left out.
pub(super) fn order(references: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut marks = vec![Mark::New; references.len()];
    let mut ordered = Vec::with_capacity(references.len());
    for start in 0..references.len() {
        // the path from the start: nodes, and how many of their references have been followed
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        while let Some((node, followed)) = path.last_mut() {
            let node = *node;
            let Some(next) = references[node].get(*followed).copied() else {
                marks[node] = Mark::Done;
                ordered.push(node);
                path.pop();
                continue;
            };
            *followed += 1;
            match marks.get(next) {
                Some(Mark::New) => {
                    marks[next] = Mark::Open;
                    path.push((next, 0));
                }
                Some(Mark::Open) => {
                    let circle = path.iter().map(|(node, _)| *node);
                    return Err(circle.skip_while(|node| *node != next).collect());
                }
                Some(Mark::Done) | None => {}
            }
        }
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_referred_to_comes_first() {
        let graph = [vec![2, 1], vec![2], vec![], vec![0, 7]];
        assert_eq!(order(&graph), Ok(vec![2, 1, 0, 3]));
    }

    #[test]
    fn a_circle_is_told_without_the_way_to_it() {
        let graph = [vec![1], vec![2], vec![3], vec![1]];
        assert_eq!(order(&graph), Err(vec![1, 2, 3]));
        assert_eq!(order(&[vec![0]]), Err(vec![0]));
    }

    #[test]
    fn a_long_chain_takes_no_stack() {
        let graph: Vec<_> = (1..=200_000).map(|next| vec![next]).collect();
        assert_eq!(order(&graph).map(|it| it.len()), Ok(200_000));
    }
}
