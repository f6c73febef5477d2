/** A directed edge between two named nodes. */
export interface Edge {
  readonly source: string
  readonly target: string
}

/**
 * Cycles of a graph, shortest first from each starting node, which is repeated at the end. Every node that is on
 * some cycle is on a reported one; nodes already shown start no further cycle. Empty when the graph is acyclic.
 */
export function findCycles(edges: readonly Edge[]): string[][] {
  const next = adjacency(edges)
  const reported = new Set<string>()
  const cycles: string[][] = []
  for (const start of [...next.keys()].sort()) {
    if (reported.has(start)) continue
    const cycle = shortestWayBack(start, next)
    if (cycle === undefined) continue
    cycles.push(cycle)
    for (const node of cycle) reported.add(node)
  }
  return cycles
}

function adjacency(edges: readonly Edge[]): Map<string, string[]> {
  const next = new Map<string, string[]>()
  for (const { source, target } of edges) {
    const targets = next.get(source)
    if (targets === undefined) next.set(source, [target])
    else targets.push(target)
  }
  return next
}

// Breadth first, so that the printed cycle is the shortest one through `start`.
function shortestWayBack(start: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const target of next.get(node) ?? []) {
      if (target === start) return [...pathTo(node, start, cameFrom), start]
      if (cameFrom.has(target)) continue
      cameFrom.set(target, node)
      queue.push(target)
    }
  }
  return undefined
}

function pathTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end]
  for (let node = end; node !== start; ) {
    const previous = cameFrom.get(node)
    if (previous === undefined) break
    path.unshift(previous)
    node = previous
  }
  return path
}
