import { expect, test } from "vitest"
import { DeferredPart } from "../../deferred/deferred-part.ts"
import { LinkFleet } from "../../testing/link-fleet.ts"
import { LateReconciler } from "./late-reconciler.ts"
import * as code from "./reconciler.ts"
import type { ReconcilerOptions } from "./reconciler.ts"
import { UnitViews } from "./unit-views.ts"

/** The accepting side of a round about one unit, and what it says. */
function acceptor(fetch: () => Promise<typeof code>) {
  const host = new LinkFleet(1, 1).host(0)
  const said: string[] = []
  const options: ReconcilerOptions = {
    host,
    role: "acceptor",
    units: [{ collection: "c0", ours: 1, theirs: 1 }],
    floor: "list",
    key: host.unitKey,
    views: new UnitViews(),
    scope: host.scopeView("all"),
    gate: { scope: "all", reads: () => true, sends: () => true, takes: () => true, takesAny: true },
    pageEntries: 100,
    maxFrameBytes: 65_536,
    listener: {
      onMessage: () => said.push("message"),
      onFound: () => said.push("found"),
      onReport: report => said.push(report.kind),
      onViolation: message => said.push(message),
      onFailed: message => said.push(message)
    }
  }
  return { late: new LateReconciler(options, new DeferredPart("a test", fetch)), said }
}

const message = new Uint8Array()
const begin = { kind: "reconcile", unit: 0, level: "list", step: "begin", message } as const
const found = {
  kind: "found",
  unit: 7,
  level: "list",
  only: [],
  entries: [],
  forked: [],
  last: true
} as const

test("[DE5] what the peer says while the code is fetched is taken in its order when that is there", async () => {
  const { promise, resolve } = Promise.withResolvers<typeof code>()
  const { late, said } = acceptor(() => promise)
  late.take({ ...begin, unit: 5, step: "next" })
  late.take(begin)
  late.hear(found)
  const documents = late.documentsOf(found)
  await new Promise(setImmediate)
  expect(said).toEqual([])
  resolve(code)
  expect(await documents).toEqual([])
  expect(said.slice(0, 2)).toEqual(["a message about unit 5 came out of turn", "reconciled"])
})

test("[DE5] code that cannot be fetched fails the round, once", async () => {
  const { late, said } = acceptor(() => Promise.reject(new TypeError("Failed to fetch")))
  late.take(begin)
  expect(await late.documentsOf(found)).toEqual([])
  expect(said).toEqual([expect.stringContaining("Failed to fetch")])
})

test("[DE5] a round that is stopped while its code is fetched says nothing", async () => {
  const { promise, resolve } = Promise.withResolvers<typeof code>()
  const { late, said } = acceptor(() => promise)
  late.take({ ...begin, unit: 5, step: "next" })
  late.stop()
  resolve(code)
  expect(await late.documentsOf(found)).toEqual([])
  expect(said).toEqual([])
})
