//! Cycle detection in a graph of files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The dependencies of each file, each with an example of a path that it names.
pub(super) type Graph = BTreeMap<String, BTreeMap<String, String>>;

/// Returns the shortest cycle through each file, without cycles through a file already reported.
pub(super) fn find_cycles(graph: &Graph) -> Vec<String> {
    let mut reported = BTreeSet::new();
    let mut found = Vec::new();
    for file in graph.keys() {
        if !reported.contains(file)
            && let Some(cycle) = shortest_cycle(graph, file)
        {
            found.push(describe(graph, &cycle));
            reported.extend(cycle);
        }
    }
    found
}

fn shortest_cycle<'a>(graph: &'a Graph, start: &'a String) -> Option<Vec<&'a String>> {
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in graph.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut cycle = vec![file];
                while let Some(previous) = came_from.get(cycle[cycle.len() - 1]) {
                    cycle.push(*previous);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

fn describe(graph: &Graph, cycle: &[&String]) -> String {
    let followers = cycle.iter().cycle().skip(1);
    let steps: Vec<String> = cycle
        .iter()
        .zip(followers)
        .map(|(file, next)| format!("\n      {file} uses `{}` from {next}", graph[*file][*next]))
        .collect();
    format!("import cycle:{}", steps.concat())
}
