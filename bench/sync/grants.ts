import { createHash } from "node:crypto"
import { systemPorts } from "@syncline/core"
import { RootIndex } from "../../packages/core/src/replica/root-index.ts"
import type { StoredHead } from "../../packages/core/src/store/store.ts"
import type { DocumentRule } from "../../packages/core/src/sync/link-grant.ts"
import type { ScopeView } from "../../packages/core/src/sync/scope-view.ts"
import { type SyncScope, syncScope } from "../../packages/core/src/sync/sync-scope.ts"
import { type Bench, type BenchContext, median, pair } from "../harness/bench.ts"

/** Documents of one team, under one prefix. */
const perTeam = 100

async function runGrants(context: BenchContext): Promise<void> {
  const documents = context.quick ? 10_000 : 100_000
  const heads = headsOf(documents)
  const input = `${documents.toLocaleString("en-US")} documents, ${perTeam} a prefix`
  const tenth: DocumentRule = { name: "tenth", mayRead: id => id.endsWith("7"), mayWrite: () => true }
  await reportBuilding(context, heads, input, "a prefix, until its root is known", syncScope(["notes/7/"]))
  await reportBuilding(
    context,
    heads,
    input,
    "a rule that shows a tenth, until its root is known",
    "all",
    tenth
  )
  for (const prefixes of [1, 500]) await reportUpkeep(context, heads, input, prefixes)
}

async function reportBuilding(
  context: BenchContext,
  heads: readonly StoredHead[],
  input: string,
  metric: string,
  scope: SyncScope,
  rule?: DocumentRule
): Promise<void> {
  const [mine, theirs] = [[] as number[], [] as number[]]
  for (let round = 0; round < (context.quick ? 3 : 9); round++) {
    const index = indexOf(heads)
    // Which collections there are is known from the whole.
    theirs.push(await milliseconds(index.scope("all", undefined)))
    mine.push(await milliseconds(index.scope(scope, rule)))
  }
  const [ours, peer] = [median(mine), median(theirs)]
  const peerName = "the whole collection, likewise"
  const row = {
    bench: "sync/grants",
    input,
    metric,
    unit: "ms",
    ours,
    peer,
    peerName,
    ratio: ours / peer
  } as const
  context.report({ ...row, better: "lower", target: "", met: null })
}

async function reportUpkeep(
  context: BenchContext,
  heads: readonly StoredHead[],
  input: string,
  prefixes: number
): Promise<void> {
  const [narrowed, plain] = [indexOf(heads), indexOf(heads)]
  await plain.roots()
  await narrowed.roots()
  const teams = Math.min(prefixes, heads.length / perTeam)
  for (let team = 0; team < teams; team++)
    await narrowed.scope([`notes/${team}/`], undefined).roots(new Map())
  const change = (index: RootIndex) => {
    let calls = 0
    return () => {
      const head = heads[(++calls * 7_919) % heads.length]
      if (head !== undefined) index.set(head.id, digestOf(calls))
    }
  }
  const { ours, peer, ratio } = pair(change(narrowed), change(plain))
  context.report({
    bench: "sync/grants",
    input,
    metric: `a changed document, ${teams} prefixes in use`,
    unit: "µs",
    ours: 1e6 / ours,
    peer: 1e6 / peer,
    peerName: "no prefixes in use",
    ratio: 1 / ratio,
    better: "lower",
    target: "",
    met: null
  })
}

async function milliseconds(view: ScopeView): Promise<number> {
  const start = performance.now()
  await view.roots(new Map())
  const spent = performance.now() - start
  view.close()
  return spent
}

function indexOf(heads: readonly StoredHead[]): RootIndex {
  const scanHeads = async (page: { readonly limit: number; readonly after?: string }) => {
    const { after } = page
    const from = after === undefined ? 0 : firstAfter(heads, after)
    return heads.slice(from, from + page.limit)
  }
  return new RootIndex(
    { scanHeads, loadHead: async () => undefined },
    { secret: digestOf(-1), timers: systemPorts().timers }
  )
}

/** Place of the first head after an id, as a store's index finds it. */
function firstAfter(heads: readonly StoredHead[], id: string): number {
  let [low, high] = [0, heads.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((heads[middle]?.id ?? "") > id) high = middle
    else low = middle + 1
  }
  return low
}

function headsOf(documents: number): readonly StoredHead[] {
  return Array.from({ length: documents }, (_, i) => `notes/${Math.floor(i / perTeam)}/${i % perTeam}`)
    .toSorted()
    .map((id, i) => ({
      id: id as StoredHead["id"],
      digest: digestOf(i),
      position: i,
      body: new Uint8Array()
    }))
}

function digestOf(number: number): Uint8Array {
  return new Uint8Array(createHash("sha256").update(String(number)).digest())
}

/** What it takes to compare less than whole collections. */
export const benches: readonly Bench[] = [{ name: "sync/grants", run: runGrants }]
