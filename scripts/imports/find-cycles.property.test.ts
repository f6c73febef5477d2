import fc from "fast-check"
import { expect, test } from "vitest"
import { type Edge, findCycles } from "./find-cycles.ts"

const node = fc.constantFrom("a", "b", "c", "d", "e", "f")
const graph = fc.array(fc.record({ source: node, target: node }), { maxLength: 14 })

test("it finds a cycle exactly when some node reaches itself", () => {
  fc.assert(
    fc.property(graph, edges => findCycles(edges).length > 0 === edges.some(edge => closes(edge, edges)))
  )
})

test("every reported cycle follows edges that exist and ends where it began", () => {
  fc.assert(
    fc.property(graph, edges => {
      for (const cycle of findCycles(edges)) {
        expect(cycle.at(-1)).toBe(cycle[0])
        expect(stepsOf(cycle).every(step => edges.some(edge => sameEdge(edge, step)))).toBe(true)
      }
    })
  )
})

test("every node that is on some cycle is on a reported one", () => {
  fc.assert(
    fc.property(graph, edges => {
      const shown = new Set(findCycles(edges).flat())
      const knotted = edges.filter(edge => closes(edge, edges)).map(({ source }) => source)
      return knotted.every(name => shown.has(name))
    })
  )
})

/** Whether an edge is part of a cycle, by plain reachability. */
function closes(edge: Edge, edges: readonly Edge[]): boolean {
  const reached = new Set([edge.target])
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const { source, target } of edges) if (reached.has(source)) reached.add(target)
  }
  return reached.has(edge.source)
}

function stepsOf(cycle: readonly string[]): Edge[] {
  return cycle.slice(1).map((target, index) => ({ source: cycle[index] ?? "", target }))
}

function sameEdge(a: Edge, b: Edge): boolean {
  return a.source === b.source && a.target === b.target
}
