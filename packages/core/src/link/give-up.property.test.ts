import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { automerge } from "../engine/automerge/index.ts"
import type { Engine } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/index.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Document } from "../replica/document.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import { runsOf } from "../testing/core-runs.ts"
import { memorySink } from "../testing/memory-sink.ts"
import type { Grant } from "./authorization.ts"
import type { Link } from "./link.ts"
import { memoryTransport } from "./memory-transport.ts"

const { timers } = systemPorts()
const limits = { settleMs: 2, divergedRetryMs: 5, batchIntervalMs: 0 }
const options = { limits, backoff: { baseMs: 1, maxMs: 5 } }
const readOnly: Grant = { read: ["notes"], write: [] }
const ids = ["notes/1", "notes/2"]

type Step =
  | {
      readonly kind: "edit" | "delete" | "fold"
      readonly who: 0 | 1 | 2
      readonly id: string
      readonly n: number
    }
  | { readonly kind: "give-up"; readonly id: string; readonly times: number }
  | { readonly kind: "grant"; readonly isWritable: boolean }
  | { readonly kind: "settle" | "reopen" }

const id = fc.constantFrom(...ids)
const who = fc.constantFrom(0 as const, 1 as const, 2 as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("edit" as const), who, id, n: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("delete" as const, "fold" as const), who, id, n: fc.nat(9) })
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("give-up" as const), id, times: fc.integer({ min: 1, max: 2 }) })
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("grant" as const), isWritable: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("settle" as const, "reopen" as const) }) }
)

/** Ten cases may give nothing up: this one does, so that the count at the end says something whatever is drawn. */
const onceGivenUp: Step[] = [
  { kind: "edit", who: 1, id: "notes/1", n: 1 },
  { kind: "settle" },
  { kind: "give-up", id: "notes/1", times: 1 }
]

interface Trio {
  readonly replicas: [Replica, Replica, Replica]
  readonly store: Store
  readonly engine: Engine
  granted: Grant
  accepted: Link | undefined
  links: readonly Link[]
  givenUp: number
}

function open(engine: Engine, store: Store = memoryStore()): Promise<Replica> {
  return openReplica({ store, engine, sinks: [memorySink()], retainCommits: 1_000 })
}

/** A server; somebody who mostly may not write, and gives up; and somebody who may, whom that one reads from, too. */
async function openTrio(engine: Engine): Promise<Trio> {
  const store = memoryStore()
  const replicas: Trio["replicas"] = [await open(engine), await open(engine, store), await open(engine)]
  const trio: Trio = {
    replicas,
    store,
    engine,
    granted: readOnly,
    accepted: undefined,
    links: [],
    givenUp: 0
  }
  for (const one of ids)
    await (await replicas[0].load(one)).change(draft => void (draft["title"] = "T")).durable
  connect(trio)
  await settle(trio)
  return trio
}

function connect(trio: Trio): void {
  for (const link of trio.links) link.close()
  const [server, reader, writer] = trio.replicas
  const dial = (from: Replica, accept: Parameters<typeof memoryTransport>[1]) =>
    from.connect(memoryTransport(timers, accept), options)
  trio.links = [
    dial(reader, connection => {
      trio.accepted = server.accept(connection, { limits, authorize: () => trio.granted })
    }),
    dial(writer, connection => void server.accept(connection, { limits })),
    dial(reader, connection => void writer.accept(connection, { limits, authorize: () => readOnly }))
  ]
}

async function settle({ links }: Trio): Promise<void> {
  for (let i = 0; i < 3; i++) await Promise.all(links.map(link => link.synced(AbortSignal.timeout(8_000))))
}

async function giveUp(trio: Trio, document: string, times: number): Promise<void> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: times }, async () => trio.links[0]?.giveUp(document, AbortSignal.timeout(8_000)))
  )
  for (const one of outcomes)
    if (one.status === "fulfilled") trio.givenUp++
    else if (
      !isSynclineError(one.reason, "nothing-to-give-up") &&
      !isSynclineError(one.reason, "version-before-base")
    )
      throw one.reason
}

async function take(trio: Trio, next: Step): Promise<void> {
  switch (next.kind) {
    case "settle":
      return settle(trio)
    case "reopen":
      await trio.replicas[1].close()
      trio.replicas[1] = await open(trio.engine, trio.store)
      return connect(trio)
    case "grant":
      trio.granted = next.isWritable ? { read: ["notes"] } : readOnly
      return trio.accepted?.reauthorize()
    case "give-up":
      return giveUp(trio, next.id, next.times)
    case "fold":
      return void (await trio.replicas[next.who].compact(next.id))
    case "delete":
    case "edit":
      return write(await trio.replicas[next.who].load(next.id), next)
  }
}

async function write(
  document: Document,
  { kind, n, who: writer }: Extract<Step, { readonly who: number }>
): Promise<void> {
  if (document.deleted) await document.undelete().durable
  else if (kind === "delete") await document.delete().durable
  else
    await document.change(
      draft => void Object.assign(draft, { [`k${n}`]: { writer, at: document.version.height } })
    ).durable
}

/** What all three have. */
function states({ replicas }: Trio): Promise<readonly unknown[]> {
  return Promise.all(
    replicas.map(replica =>
      Promise.all(
        ids.map(async one => {
          const { value, deleted, version } = await replica.load(one)
          return {
            value,
            deleted,
            version: version.entries.map(({ actor, seq }) => `${actor}:${seq}`).sort()
          }
        })
      )
    )
  )
}

test.each([yjs(), automerge()])(
  "[GR56] whatever is given up among edits, deletions, folds, starts and grants, all end alike once all is granted ($name)",
  async engine => {
    let givenUp = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async list => {
        const trio = await openTrio(engine)
        for (const next of list) await take(trio, next)
        await take(trio, { kind: "grant", isWritable: true })
        await settle(trio)
        const [server, reader, writer] = await states(trio)
        expect([reader, writer]).toEqual([server, server])
        for (const replica of trio.replicas) expect((await replica.verify()).clean).toBe(true)
        expect(trio.links.flatMap(({ sync }) => sync.status.rejected)).toEqual([])
        givenUp += trio.givenUp
        for (const replica of trio.replicas) await replica.close()
      }),
      { ...runsOf(30, engine), endOnFailure: true, examples: [[onceGivenUp]] }
    )
    expect(givenUp).toBeGreaterThan(0)
  },
  120_000
)
