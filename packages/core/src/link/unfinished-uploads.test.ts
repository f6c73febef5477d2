import { expect, test } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import type { HelloFrame } from "../sync/frame.ts"
import type { Assembly } from "../sync/sync-state.ts"
import { hostileHello } from "../testing/hostile-peer.ts"
import { UnfinishedUploads } from "./unfinished-uploads.ts"

const applicant = (name: number): HelloFrame => ({ ...hostileHello, credentials: new Uint8Array([name]) })

/** The beginning of a snapshot. */
function begun(have: number): Assembly {
  const head = { kind: "snapshot", document: parseDocumentId("big/one"), id: new Uint8Array(16) } as const
  return { head, total: 2 ** 27, have, chunks: undefined }
}

/** Somewhere to keep them, at a time that is set. */
function uploads() {
  const clock = { now: 1_000_000 }
  const kept = new UnfinishedUploads({ nowMs: () => clock.now })
  return { clock, kept, of: (name: number) => kept.of(applicant(name)) }
}

test("[LK70] it is there for who left it, once, and for nobody else", () => {
  const { of } = uploads()
  const [mine, theirs] = [begun(10), begun(20)]
  of(1).put(mine)
  of(2).put(theirs)
  expect([of(3).take(), of(1).take(), of(1).take(), of(2).take()]).toEqual([
    undefined,
    mine,
    undefined,
    theirs
  ])
})

test("[LK70] store, name and credentials all count", () => {
  const { kept } = uploads()
  const one = applicant(1)
  kept.of(one).put(begun(10))
  const { credentials: _, ...nameless } = one
  const others = [
    nameless,
    { ...one, epoch: "00".repeat(16) },
    { ...one, actor: applicant(1).actor.replace(/./, "f") }
  ]
  for (const other of others as HelloFrame[]) expect(kept.of(other).take()).toBeUndefined()
  expect(kept.of(one).take()?.have).toBe(10)
})

test("[LK71] sixty-four of them and 64 MiB are kept, the newest ones, and none for more than ten minutes", () => {
  const { clock, kept, of } = uploads()
  for (let name = 0; name < 100; name++) of(name).put(begun(1_000))
  expect([kept.byteLength, of(35).take(), of(36).take()?.have]).toEqual([64_000, undefined, 1_000])
  of(200).put(begun(2 ** 26 - 5_000))
  expect(kept.byteLength).toBeLessThanOrEqual(2 ** 26)
  expect([of(94).take(), of(99).take()?.have]).toEqual([undefined, 1_000])
  of(201).put(begun(2 ** 27))
  expect([of(201).take(), kept.byteLength]).toEqual([undefined, 0])
  of(1).put(begun(5))
  clock.now += 600_001
  expect([of(1).take(), kept.byteLength]).toEqual([undefined, 0])
})

test("[LK71] what replaces the beginning of one applicant is not counted twice", () => {
  const { kept, of } = uploads()
  of(1).put(begun(10))
  of(1).put(begun(30))
  expect(kept.byteLength).toBe(30)
  of(1).take()
  expect(kept.byteLength).toBe(0)
})
