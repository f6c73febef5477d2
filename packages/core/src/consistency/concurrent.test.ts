import { expect, test } from "vitest"
import { MemorySinkDamage } from "../testing/memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { noteId, SinkWorkbench } from "../testing/sink-workbench.ts"
import type { Finding } from "./finding.ts"

/** What is found of a note that a copy of the store wrote so many versions of, and its own store others. */
async function foundAfter(versions: { theirs: number; ours: number }): Promise<readonly Finding[]> {
  const place = new MemorySinkPlace()
  const fixture = { sink: () => memorySink(place), damage: new MemorySinkDamage(place) }
  const bench = new SinkWorkbench(fixture)
  bench.put(1)
  const projector = await bench.project()
  projector.pause()
  const copy = new SinkWorkbench(fixture, bench.source.fork())
  for (let n = 0; n < versions.theirs; n++) copy.put(1, "theirs")
  for (let n = 0; n < versions.ours; n++) bench.put(1, "ours")
  const session = await copy.open()
  const document = await copy.source.capture(noteId(1))
  if (document !== undefined) await copy.apply(session, document)
  const { sinks } = await bench.verify(projector)
  return sinks[0]?.findings ?? []
}

test("[VF9] a sealed record of another version of the same height is concurrent", async () => {
  expect(await foundAfter({ theirs: 2, ours: 2 })).toMatchObject([
    { class: "concurrent", expectedHeight: 3, foundHeight: 3 }
  ])
})

test("[VF9] at another height the same cannot be told, and is what the height says", async () => {
  expect(await foundAfter({ theirs: 3, ours: 2 })).toMatchObject([{ class: "ahead" }])
})

test("[VF9] a record whose seal does not fit is a mismatch, whatever version it claims", async () => {
  const place = new MemorySinkPlace()
  const damage = new MemorySinkDamage(place)
  const bench = new SinkWorkbench({ sink: () => memorySink(place), damage })
  bench.put(1)
  const projector = await bench.project()
  damage.setDigest(noteId(1), new Uint8Array(32))
  for (const contents of [true, false])
    expect((await bench.verify(projector, { contents })).sinks[0]?.findings).toMatchObject([
      { class: "mismatch" }
    ])
})

test("[VF9] repair brings the document's version in", async () => {
  const place = new MemorySinkPlace()
  const bench = new SinkWorkbench({ sink: () => memorySink(place), damage: new MemorySinkDamage(place) })
  bench.put(1)
  const projector = await bench.project()
  const copy = new SinkWorkbench(bench.fixture, bench.source.fork())
  copy.put(1, "theirs")
  bench.put(1, "ours")
  await projector.drain()
  // As a sink without conditional writes would take it.
  const record = place.records.get(noteId(1))
  place.records.delete(noteId(1))
  await copy.apply(await copy.open(), (await copy.source.capture(noteId(1))) ?? bench.put(1))
  expect(place.records.get(noteId(1))?.digest).not.toEqual(record?.digest)
  const report = await bench.verify(projector)
  expect(report.sinks[0]?.counts.concurrent).toBe(1)
  expect(await bench.repair(projector, report)).toMatchObject({ complete: true, counts: { mended: 1 } })
  expect(place.records.get(noteId(1))?.digest).toEqual(record?.digest)
})
