import { expect, test, vi } from "vitest"
import { systemPorts } from "../ports/system-ports.ts"
import type { Projector } from "../projection/projector.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import type { VerifyOptions } from "./verify-options.ts"

interface Bench extends SinkWorkbench {
  readonly place: MemorySinkPlace
  readonly time: VirtualTime
}

async function filled(count: number): Promise<{ bench: Bench; projector: Projector }> {
  const place = new MemorySinkPlace()
  const time = new VirtualTime()
  const source = new SyntheticSource(time.ports(new SeededRandom(1)))
  const fixture = { sink: () => memorySink(place), damage: new MemorySinkDamage(place) }
  const bench = Object.assign(new SinkWorkbench(fixture, source), { place, time })
  for (let key = 0; key < count; key++) bench.put(key)
  return { bench, projector: await time.during(bench.project()) }
}

/** Cancelled at its n-th step; the error it ends with. */
async function cancelled(
  bench: Bench,
  projector: Projector,
  step: number,
  options: VerifyOptions
): Promise<{ readonly code: string; readonly details: { readonly resume?: string } }> {
  const abort = new AbortController()
  let steps = 0
  const onProgress = (): void => {
    if (++steps === step) abort.abort()
  }
  const verified = bench.verify(projector, { ...options, signal: abort.signal, onProgress })
  const ended = await bench.time.during(verified).catch((error: unknown) => error)
  expect(ended).toMatchObject({ code: "aborted" })
  return ended as { code: string; details: { resume?: string } }
}

test.each([
  { kind: "full" },
  { kind: "documents", prefix: "notes/" },
  { kind: "documents", changedSince: 0 },
  { kind: "sample", count: 100 }
] as const)(
  "[VF16] with a budget of 50 a second, %o of 100 documents takes two seconds or a walk more",
  async mode => {
    const { bench, projector } = await filled(100)
    const began = bench.time.nowMs()
    await bench.time.during(bench.verify(projector, { mode, documentsPerSecond: 50 }))
    const walks = mode.kind === "sample" ? 2 : 1
    expect(bench.time.nowMs() - began).toBeGreaterThanOrEqual(walks * 2000 - 1)
    expect(bench.time.nowMs() - began).toBeLessThan(walks * 2000 + 500)
  }
)

test.each([0, -1, Number.NaN])("[VF16] a budget of %d is refused", async documentsPerSecond => {
  const { bench, projector } = await filled(1)
  await expect(bench.verify(projector, { documentsPerSecond })).rejects.toMatchObject({
    code: "options-invalid"
  })
})

test("[VF17] cancelled while it waits, it ends at once and leaves no timer", async () => {
  const timers = new ManualTimers()
  const source = new SyntheticSource(systemPorts({ timers }))
  const bench = new SinkWorkbench({ sink: () => memorySink(new MemorySinkPlace()) }, source)
  bench.put(1)
  bench.put(2)
  const projector = await timers.run(bench.project())
  const abort = new AbortController()
  const looked = Promise.withResolvers<unknown>()
  const options = { documentsPerSecond: 0.001, signal: abort.signal, onProgress: looked.resolve }
  const ended = bench.verify(projector, options).catch((error: unknown) => error)
  await looked.promise
  expect(timers.pending).toBe(1)
  abort.abort()
  expect(await ended).toMatchObject({ code: "aborted" })
  expect(timers.pending).toBe(0)
})

test("[VF17] what waited leaves no listener at the signal", async () => {
  const { bench, projector } = await filled(20)
  const { signal } = new AbortController()
  const add = vi.spyOn(signal, "addEventListener")
  const remove = vi.spyOn(signal, "removeEventListener")
  await bench.time.during(bench.verify(projector, { documentsPerSecond: 4, signal }))
  const pauses = add.mock.calls.filter(([, listener]) => remove.mock.calls.some(call => call[1] === listener))
  expect(add.mock.calls.length).toBeGreaterThanOrEqual(20)
  expect(pauses.length).toBe(add.mock.calls.length)
})

test("[VF18] goes on from a token of progress as if it had never ended: same counts, same findings", async () => {
  const { bench, projector } = await filled(100)
  for (const key of [3, 50, 98]) await bench.fixture.damage.removeAll(noteId(key))
  const tokens: string[] = []
  const onProgress: VerifyOptions["onProgress"] = ({ resume }) => void tokens.push(resume?.() ?? "")
  const whole = await bench.time.during(bench.verify(projector, { documentsPerSecond: 40, onProgress }))
  expect(tokens.length).toBeGreaterThanOrEqual(10)
  for (const resume of tokens) {
    const [sink] = (await bench.verify(projector, { resume })).sinks
    expect(sink).toEqual(whole.sinks[0])
  }
})

test("[VF18] what was found before, and is right by now, is not reported", async () => {
  const { bench, projector } = await filled(40)
  await bench.fixture.damage.removeAll(noteId(0))
  const { details } = await cancelled(bench, projector, 2, { documentsPerSecond: 20 })
  await bench.repair(projector, await bench.verify(projector))
  const report = await bench.verify(projector, { resume: details.resume ?? "" })
  expect(report).toMatchObject({ clean: true, sinks: [{ counts: { consistent: 40, missing: 0 } }] })
})

test("[VF11] [VF18] a clean one that went on counts from where it began first", async () => {
  const { bench, projector } = await filled(40)
  const { details } = await cancelled(bench, projector, 2, { documentsPerSecond: 20 })
  bench.put(1)
  await bench.time.during(projector.drain())
  await bench.verify(projector, { resume: details.resume ?? "" })
  const mode = { kind: "documents", changedSince: "last-clean" } as const
  expect((await bench.verify(projector, { mode })).sinks[0]?.coverage).toMatchObject({ since: 40, looked: 1 })
})

test("[VF18] a token is refused after everything was projected anew, by another store, and for another question", async () => {
  const { bench, projector } = await filled(40)
  const { details } = await cancelled(bench, projector, 2, { documentsPerSecond: 20 })
  const resume = details.resume ?? ""
  const stale = { code: "verification-stale" }
  const other = { mode: { kind: "documents", prefix: "notes/" } as const, resume }
  await expect(bench.verify(projector, other)).rejects.toMatchObject(stale)
  await expect(bench.verify(projector, { contents: false, resume })).rejects.toMatchObject(stale)
  await expect(bench.verify(projector, { resume: "{}" })).rejects.toMatchObject({ code: "options-invalid" })
  bench.place.generation++
  bench.place.rewind()
  const anew = await bench.time.during(bench.project())
  await expect(bench.verify(anew, { resume })).rejects.toMatchObject(stale)
  const elsewhere = new SinkWorkbench(bench.fixture, new SyntheticSource(bench.source.ports, "f".repeat(32)))
  await expect(elsewhere.verify(anew, { resume })).rejects.toMatchObject(stale)
})

test("[VF18] a sink that fails on the way is gone on with from its own token", async () => {
  const { bench, projector } = await filled(2500)
  const { session } = projector
  const fingerprint = session?.fingerprint?.bind(session)
  let calls = 0
  Object.assign(session ?? {}, {
    fingerprint: (range: object) =>
      ++calls === 3 ? Promise.reject(new Error("gone")) : fingerprint?.(range as never)
  })
  const [failed] = (await bench.verify(projector)).sinks
  expect(failed).toMatchObject({ error: { message: "gone" }, resume: expect.any(String) })
  const report = await bench.verify(projector, { resume: failed?.resume ?? "" })
  expect([report.clean, report.sinks[0]?.counts.consistent]).toEqual([true, 2500])
  expect(calls).toBe(4)
})

test("[VF19] the total is said where it is known", async () => {
  const { bench, projector } = await filled(10)
  const seen: unknown[] = []
  const onProgress: VerifyOptions["onProgress"] = ({ checked, total }) => void seen.push([checked, total])
  await bench.verify(projector, { mode: { kind: "documents", ids: [noteId(1), noteId(2)] }, onProgress })
  await bench.verify(projector, { mode: { kind: "sample", count: 5 }, onProgress })
  await bench.verify(projector, { onProgress })
  expect(seen).toEqual([
    [2, 2],
    [0, undefined],
    [5, 5],
    [10, undefined]
  ])
})
