import { applyPatch, deepEqualJson } from "@syncline/diff/json"
import { diffJson } from "@syncline/diff/json/diff"
import fastJsonPatch from "fast-json-patch"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { jsonInputs } from "./inputs/json-inputs.ts"

// By the ends of the inputs' names; the others have no number of operations that could be called the right one.
const targets: Readonly<Record<string, number>> = {
  "head-insert": 1,
  "mid-insert": 1,
  "head-delete": 1,
  move1: 1,
  move20: 20,
  "edit-field": 1
}

const bench = "diff/json-operations"
const peerName = "fast-json-patch compare"

function run(context: BenchContext): void {
  for (const { name, before, after } of jsonInputs(context)) {
    const patch = diffJson(before, after)
    if (!deepEqualJson(applyPatch(before, patch), after)) throw new Error(`wrong patch for ${name}`)
    const peer = fastJsonPatch.compare(before as object, after as object)
    const target = targets[name.slice(name.indexOf("-") + 1)]
    context.report({
      ...row(name, "operations", patch.length, peer.length),
      unit: "operations",
      target: target === undefined ? "" : `≤ ${target}`,
      met: target === undefined ? null : patch.length <= target
    })
    context.report({
      ...row(name, "as JSON", JSON.stringify(patch).length, JSON.stringify(peer).length),
      unit: "B",
      target: "",
      met: null
    })
  }
}

function row(input: string, metric: string, ours: number, peer: number) {
  // Equal values take no operation on either side: neither is better.
  const ratio = ours === peer ? 1 : ours / peer
  return { bench, input, metric, ours, peer, peerName, ratio, better: "lower" } as const
}

/** How many operations turn one JSON value into another, and how long they are. */
export const benches: readonly Bench[] = [{ name: bench, run }]
