import { expect, test, vi } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger, systemPorts } from "../ports/system-ports.ts"
import { openProjector, type Projector } from "../projection/projector.ts"
import type { Sink, SinkSession } from "../projection/sink.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { hecticSource } from "../testing/hectic-source.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import { memorySink, MemorySinkPlace } from "../testing/memory-sink.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { contractSealKey, noteId } from "../testing/sink-workbench.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import type { SinkTracking } from "../tracking/sink-tracking.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { formatReport } from "./format-report.ts"
import type { VerifyOptions } from "./verify-options.ts"
import { verify } from "./verify.ts"

const documents = 20
const never = (): Promise<never> => new Promise(() => {})

interface TwoSinks {
  readonly time: VirtualTime
  readonly source: SyntheticSource
  /** The sink that stops answering, and another one beside it. */
  readonly hung: Projector
  readonly good: Projector
}

/** Two sinks with twenty documents; `answers` of the first can be taken away. */
async function twoSinks(): Promise<TwoSinks> {
  const time = new VirtualTime()
  const source = new SyntheticSource(time.ports(new SeededRandom(1)))
  for (let key = 0; key < documents; key++) source.put(noteId(key), { key })
  return {
    time,
    source,
    hung: await time.during(openedOn(source, "hung")),
    good: await time.during(openedOn(source, "good"))
  }
}

async function openedOn(source: SyntheticSource, name: string): Promise<Projector> {
  const sink = memorySink(new MemorySinkPlace(), { name, tracking: true })
  const projector = await openProjector(source, sink, {
    sealKey: contractSealKey,
    strategy: { kind: "write-through" }
  })
  await projector.drain()
  return projector
}

const calls = [
  ["fingerprint", { kind: "full" }],
  ["scan", { kind: "bloom" }],
  ["read", { kind: "documents", ids: [noteId(1)] }]
] as const
const accounts = ["begin", "sums", "marked"] as const

test.each(calls)(
  "[VF26] a sink whose `%s` gives no answer is reported with that and opened anew; the next one is verified",
  async (call, mode) => {
    const { time, source, hung, good } = await twoSinks()
    const { session } = hung
    Object.assign(session ?? {}, { [call]: never })
    const began = time.nowMs()
    const report = await time.during(verify(source, [hung, good], { mode }))
    expect(time.nowMs() - began).toBeLessThan(61_000)
    expect(report.sinks[0]?.error).toMatchObject({ code: "sink-failed", details: { timeoutMs: 60_000 } })
    expect(report.sinks[1]?.error).toBeUndefined()
    expect([report.clean, report.sinks[1]?.coverage?.kind]).toEqual([false, mode.kind])
    await time.during(hung.drain())
    expect(hung.session).not.toBe(session)
    expect((await time.during(verify(source, [hung], { mode }))).clean).toBe(true)
  }
)

test("[VF26] a call that takes many requests is waited for as long as its server answers them, and no longer", async () => {
  const { time, source, hung } = await twoSinks()
  const { session } = hung
  const { timers } = source.ports
  let answered = 0
  const answers = async (requests: number): Promise<void> => {
    for (; answered < requests; answered++) await new Promise<void>(end => void timers.schedule(50_000, end))
  }
  const scan = session?.scan.bind(session)
  Object.defineProperty(session, "answered", { get: () => answered })
  Object.assign(session ?? {}, {
    scan: async (page: Parameters<SinkSession["scan"]>[0]) => {
      await answers(5)
      return scan?.(page)
    }
  })
  const mode = { kind: "bloom" } as const
  const report = await time.during(verify(source, [hung], { mode }))
  expect([report.clean, time.nowMs() >= 250_000]).toEqual([true, true])
  Object.assign(session ?? {}, { scan: async () => answers(answered + 2).then(never) })
  const { sinks } = await time.during(verify(source, [hung], { mode }))
  expect(sinks[0]?.error).toMatchObject({ code: "sink-failed", details: { timeoutMs: 60_000 } })
})

test.each([
  ["records", { kind: "bloom" }],
  ["marks", { kind: "merkle" }]
] as const)(
  "[VF5] a sink that lists the same %s again and again is reported with that",
  async (what, mode) => {
    const { time, source, hung, good } = await twoSinks()
    await time.during(verify(source, [hung, good]))
    let asked = 0
    const samePage = async (limit: number): Promise<readonly string[]> => {
      if (++asked > 3) throw new Error("asked for more")
      return Array.from({ length: limit }, (_, n) => noteId(n))
    }
    const marked: SinkTracking["marked"] = (_round, _after, limit) => samePage(limit)
    const scan: SinkSession["scan"] = async ({ limit }) =>
      [...(await samePage(limit))]
        .sort(compareUtf8)
        .map(id => ({ id, key: undefined, digest: undefined, deleted: false, sealed: undefined }))
    if (what === "marks") Object.assign(hung.session?.tracking ?? {}, { marked })
    else Object.assign(hung.session ?? {}, { scan })
    const { sinks } = await time.during(verify(source, [hung, good], { mode }))
    expect(sinks[0]?.error).toMatchObject({
      code: "sink-failed",
      message: expect.stringContaining("has to list") as string
    })
    expect(sinks[1]?.error).toBeUndefined()
  }
)

test.each(accounts)(
  "[VF26] nor is the account of a sink waited for, where `%s` gives no answer",
  async call => {
    const { time, source, hung, good } = await twoSinks()
    const mode = { kind: "merkle" } as const
    await time.during(verify(source, [hung, good], { mode }))
    source.put(noteId(1), { key: "other" })
    hung.pause()
    Object.assign(hung.session?.tracking ?? {}, { [call]: never })
    const { sinks } = await time.during(verify(source, [hung, good], { mode, catchUpMs: 10 }))
    expect(sinks[0]?.error).toMatchObject({ code: "sink-failed" })
    expect(sinks[1]?.coverage).toMatchObject({ kind: "merkle", documents })
  }
)

test("[VF25] [VF26] a sink that does not get on is waited for once; what it lacks since before is unconfirmed, which is not clean", async () => {
  const { time, source, hung, good } = await twoSinks()
  Object.assign(hung.session ?? {}, { apply: never })
  for (const key of [3, 5]) source.put(noteId(key), { key: "new" })
  await time.advance(10)
  expect(hung.status.state).toBe("working")
  const began = time.nowMs()
  const pending: unknown[] = []
  const onPending: VerifyOptions["onPending"] = each => void pending.push(each)
  const report = await time.during(verify(source, [hung, good], { catchUpMs: 100, onPending }))
  expect(time.nowMs() - began).toBeLessThan(200)
  expect(report.clean).toBe(false)
  expect(report.sinks).toMatchObject([
    { pending: 2, unconfirmed: 2, counts: { consistent: documents - 2 } },
    { pending: 0, counts: { consistent: documents } }
  ])
  expect(pending).toEqual([3, 5].map(key => ({ sink: "hung", id: noteId(key), unconfirmed: true })))
})

test("[VF25] [VF26] a sink that goes down between two looks is waited for no longer than it is given", async () => {
  const { time, source, hung, good } = await twoSinks()
  let isUp = true
  const goesDown = hecticSource(source, () => {
    if (!isUp) return
    isUp = false
    Object.assign(hung.session ?? {}, { apply: never })
    source.put(noteId(3), { key: "new" })
  })
  const began = time.nowMs()
  const report = await time.during(verify(goesDown, [hung, good], { catchUpMs: 100 }))
  expect(time.nowMs() - began).toBeLessThan(200)
  // It changed while it was verified: nothing is known to be wrong, and nothing was due.
  expect(report.sinks).toMatchObject([{ pending: 1, counts: { consistent: documents - 1 } }, { pending: 0 }])
  expect([report.sinks[0]?.unconfirmed, report.clean]).toEqual([undefined, true])
})

test("[VF25] what a paused sink lacks is unconfirmed, and said so in text", async () => {
  const { time, source, hung } = await twoSinks()
  hung.pause()
  source.put(noteId(3), { key: "new" })
  const report = await time.during(verify(source, [hung]))
  expect([report.clean, report.sinks[0]?.unconfirmed]).toEqual([false, 1])
  expect(formatReport(report)).toMatch(
    /NOT clean\nhung: 19 consistent, 1 pending ←\n {2}unconfirmed: 1 of the pending/
  )
})

test("[VF25] what a paused sink lacks is unconfirmed though it changes again while it is verified", async () => {
  const { time, source, hung } = await twoSinks()
  hung.pause()
  source.put(noteId(3), { key: "new" })
  const hectic = hecticSource(source, () => void source.put(noteId(3), { key: "newer" }))
  const { clean, sinks } = await time.during(verify(hectic, [hung]))
  expect([clean, sinks[0]?.pending, sinks[0]?.unconfirmed]).toEqual([false, 1, 1])
})

test("[VF25] what a sink lacked when it was looked at is unconfirmed though it catches up right afterwards", async () => {
  const { time, source, hung } = await twoSinks()
  hung.pause()
  source.put(noteId(3), { key: "new" })
  let scans = 0
  const scanHeads: SyntheticSource["scanHeads"] = async (...given) => {
    source.put(noteId(3), { key: "newer" })
    const heads = await source.scanHeads(...given)
    // The first is the walk itself, whose differences are looked at again.
    if (++scans === 1) return heads
    hung.resume()
    await hung.drain()
    hung.pause()
    return heads
  }
  const catching = Object.create(
    hecticSource(source, () => {}),
    { scanHeads: { value: scanHeads } }
  ) as typeof source
  const { clean, sinks } = await time.during(verify(catching, [hung]))
  expect(hung.session?.watermark.position).toBe(source.end.position)
  expect([clean, sinks[0]?.pending, sinks[0]?.unconfirmed]).toEqual([false, 1, 1])
})

test.each([...calls, ["drain", { kind: "full" }] as const])(
  "[VF17] cancelled while `%s` gives no answer, it ends at once",
  async (call, mode) => {
    const { time, source, hung } = await twoSinks()
    Object.assign((call === "drain" ? hung : hung.session) ?? {}, { [call]: never })
    const abort = new AbortController()
    const ended = verify(source, [hung], { mode, signal: abort.signal }).catch((error: unknown) => error)
    await time.advance(10)
    const began = time.nowMs()
    abort.abort()
    expect(await time.during(ended)).toMatchObject({ code: "aborted" })
    expect(time.nowMs()).toBe(began)
  }
)

test("[VF17] nothing is left of an answer that was given up: neither a timer nor a listener", async () => {
  const timers = new ManualTimers()
  const source = new SyntheticSource(systemPorts({ timers }))
  source.put(noteId(1), { n: 1 })
  const projector = await timers.run(openedOn(source, "hung"))
  for (const end of ["late", "aborted"]) {
    const abort = new AbortController()
    const { signal } = abort
    const add = vi.spyOn(signal, "addEventListener")
    const remove = vi.spyOn(signal, "removeEventListener")
    Object.assign(projector.session ?? {}, { fingerprint: never })
    const ended = verify(source, [projector], { signal }).catch(() => {})
    await new Promise<void>(resolve => setImmediate(resolve))
    expect(timers.pending).toBe(1)
    projector.pause()
    if (end === "late") timers.advance(60_000)
    else abort.abort()
    await ended
    expect([timers.pending, add.mock.calls.length - remove.mock.calls.length]).toEqual([0, 0])
  }
})

test("[VF17] cancelled while the store gives no answer, it ends at once, and what comes late is not told", async () => {
  const { time, source, hung } = await twoSinks()
  const late = Promise.withResolvers<void>()
  const scan = source.scanHeads.bind(source)
  const slow: typeof scan = (...given) => late.promise.then(() => scan(...given))
  Object.assign(source, { scanHeads: slow })
  const abort = new AbortController()
  let told = 0
  const onProgress = (): void => void told++
  const ended = verify(source, [hung], { signal: abort.signal, onProgress }).catch((error: unknown) => error)
  await time.advance(10)
  abort.abort()
  expect(await time.during(ended)).toMatchObject({ code: "aborted" })
  late.resolve()
  await time.advance(10)
  expect(told).toBe(0)
})

test("[VF26] a replica that reconciles a sink which gives no answer closes", async () => {
  const inner = memorySink()
  const asked = Promise.withResolvers<void>()
  const sink: Sink = {
    name: inner.name,
    open: async context => {
      const session = await inner.open(context)
      const fingerprint = (): Promise<never> => {
        asked.resolve()
        return never()
      }
      return Object.assign(session, { fingerprint })
    }
  }
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [{ sink, strategy: { kind: "reconcile", everyMs: 1 } }],
    ports: { logger: silentLogger }
  })
  await asked.promise
  await expect(replica.close()).resolves.toBeUndefined()
})
