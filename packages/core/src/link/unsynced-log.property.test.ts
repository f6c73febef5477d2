import fc from "fast-check"
import { expect, it } from "vitest"
import type { Commit } from "../commit/commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { DurableGroup } from "../sync/sync-host.ts"
import { UnsyncedLog } from "./unsynced-log.ts"

type Step =
  | { readonly kind: "write"; readonly documents: readonly string[] }
  | { readonly kind: "acknowledge"; readonly back: number }
  | { readonly kind: "offline"; readonly offline: boolean }

const write = fc.record({
  kind: fc.constant("write" as const),
  documents: fc.array(fc.constantFrom("a/1", "a/2", "b/1"), { minLength: 1, maxLength: 4 })
})
const acknowledge = fc.record({ kind: fc.constant("acknowledge" as const), back: fc.nat(6) })
const offline = fc.record({ kind: fc.constant("offline" as const), offline: fc.boolean() })
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: write }, { weight: 3, arbitrary: acknowledge }, offline),
  { maxLength: 60 }
)

function group(documents: readonly string[], position: number): DurableGroup {
  const commits = documents.map(document => ({ document: document as DocumentId }) as Commit)
  return { commits, reset: [], end: { position, hash: new Uint8Array(16) } }
}

it("[LK51] what is not acknowledged is counted exactly while connected, and never too little", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (list, everOffline) => {
      const log = new UnsyncedLog()
      log.setOffline(false)
      const written: { readonly position: number; readonly document: string }[] = []
      let [position, acknowledged] = [0, 0]
      for (const step of list) {
        if (step.kind === "write") {
          position += step.documents.length
          for (const document of step.documents) written.push({ position, document })
          log.add(group(step.documents, position), "all")
        } else if (step.kind === "acknowledge") {
          acknowledged = Math.max(acknowledged, position - step.back)
          log.acknowledge(acknowledged)
        } else if (everOffline) log.setOffline(step.offline)
        const open = written.filter(entry => entry.position > acknowledged)
        const documents = new Set(open.map(({ document }) => document))
        const exact = log.commits === open.length && log.documents === documents.size
        expect(exact || (everOffline && log.commits > open.length)).toBe(true)
        for (const document of documents) expect(log.has(document as DocumentId)).toBe(true)
      }
      log.acknowledge(position)
      expect([log.commits, log.documents, log.has("a/1" as DocumentId)]).toEqual([0, 0, false])
    })
  )
})

it("[LK59] holds a bounded number of documents and stretches, and is right again once all is acknowledged", () => {
  const log = new UnsyncedLog()
  log.setOffline(false)
  for (let i = 1; i <= 5_000; i++) log.add(group([`a/${i}`], i), "all")
  expect([log.commits, log.documents, log.has("a/4999" as DocumentId)]).toEqual([5_000, 1_000, true])
  log.acknowledge(4_999)
  expect(log.commits).toBeLessThan(100)
  log.acknowledge(5_000)
  log.add(group(["b/1"], 5_001), "all")
  expect([log.commits, log.documents, log.has("a/4999" as DocumentId)]).toEqual([1, 1, false])
})
