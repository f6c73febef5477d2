import { parseActorId } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { Version } from "../commit/version.ts"
import { parseDocumentId } from "../document/document-id.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import type { StandingEntry } from "./frame.ts"
import { KeptDocuments } from "./kept-documents.ts"
import { KeptStanding } from "./kept-standing.ts"

const turn = (): Promise<void> => new Promise(resolve => setTimeout(resolve))

/** A connection, at whose other end nothing is there of any document but what is said, and what was asked over it. */
function questions(seed: number, said?: StandingEntry) {
  const host = new LinkFleet(seed, 1).host(0)
  const kept = new KeptDocuments(10_000)
  const asked: (readonly string[])[] = []
  const wants: string[] = []
  const versions: Version[] = []
  const standing = new KeptStanding(host, kept, {
    onAsk: documents => asked.push(documents),
    onWants: entries => {
      wants.push(...entries.map(({ document }) => document))
      versions.push(...entries.map(({ version }) => version))
    },
    onKept: () => {}
  })
  let told = 0
  const answer = () => {
    const documents = asked[told]
    if (documents === undefined) return
    told++
    standing.answer(documents.map(() => said))
  }
  const write = (id: string) => {
    host.write(id, new Uint8Array(3))
    kept.withhold(parseDocumentId(id))
  }
  const settle = () => standing.settle(8_192)
  return { host, kept, asked, wants, versions, answer, write, settle, isBusy: () => told < asked.length }
}

test("[GR23] who asks while an answer is awaited waits for it, and asks what was forgotten meanwhile", async () => {
  const { kept, asked, answer, write, settle } = questions(1)
  write("a/1")
  const first = settle()
  await turn()
  kept.forget()
  write("a/2")
  const second = settle()
  await turn()
  expect(asked).toEqual([["a/1"]])
  answer()
  await turn()
  answer()
  await Promise.all([first, second])
  expect(asked).toEqual([["a/1"], ["a/1", "a/2"]])
  expect([...kept.substitutes]).toEqual([
    ["a/1", undefined],
    ["a/2", undefined]
  ])
})

const steps = fc.array(fc.constantFrom("write", "settle", "forget", "answer", "turn"), { maxLength: 40 })

test("[GR23] however questions overlap, one is open at a time, all come to their end, and nothing is left unknown", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps, async (seed, history) => {
      const random = new SeededRandom(seed)
      const { kept, asked, answer, write, settle, isBusy } = questions(seed)
      const settled: Promise<void>[] = []
      for (const step of [...history, "settle"]) {
        const before = asked.length
        const wasBusy = isBusy()
        if (step === "write") write(`a/${random.integer(6)}`)
        else if (step === "settle") settled.push(settle())
        else if (step === "forget") kept.forget()
        else if (step === "answer") answer()
        else await turn()
        expect(wasBusy && step !== "answer" && asked.length > before).toBe(false)
      }
      for (let i = 0; i < 100 && (isBusy() || i === 0); i++) {
        answer()
        await turn()
      }
      await Promise.all(settled)
      expect(kept.unknown.size).toBe(0)
    }),
    { numRuns: 100 }
  )
})

test("[GR59] what came and changed neither side is not asked for again: it is kept apart until a side changes, or the connection", async () => {
  const document = parseDocumentId("a/1")
  const version = Version.from([
    { actor: parseActorId("0123456789abcdef"), seq: 1, hash: new Uint8Array(16) }
  ])
  const said = { document, version, digest: new Uint8Array(32).fill(7) }
  const { kept, wants, answer, write, settle } = questions(1, said)
  const ask = async () => {
    const settled = settle()
    await turn()
    answer()
    await settled
  }
  const arrive = () => kept.arrived(document)
  write("a/1")
  await ask()
  // Nothing of it came yet: the answer may be lost in a comparison that began anew.
  kept.forget()
  await ask()
  expect([wants.length, kept.substitutes.size]).toEqual([2, 0])
  for (let i = 0; i < 3; i++) {
    arrive()
    await ask()
  }
  expect([wants.length, kept.substitutes.get(document)]).toEqual([2, said.digest])
  // What could not be taken is in by now, without a word of this connection.
  write("a/1")
  await ask()
  expect([wants.length, kept.substitutes.size]).toEqual([3, 0])
  arrive()
  kept.disconnected()
  await ask()
  expect([wants.length, kept.substitutes.size]).toEqual([4, 0])
})

test("[GR60] a document that became the same here by another way is kept apart no longer, though nothing changed there", async () => {
  const document = parseDocumentId("a/1")
  const { host, kept, answer, write, settle } = questions(1)
  write("a/1")
  const settled = settle()
  await turn()
  answer()
  await settled
  expect([...kept.substitutes]).toEqual([[document, undefined]])
  write("a/1")
  await settle()
  expect(kept.shown.has(document)).toBe(true)
  const ours = await host.entry(document)
  kept.learn(document, ours)
  kept.withhold(document)
  await settle()
  expect([kept.shown.size, kept.substitutes.size, kept.doubted.length]).toEqual([0, 0, 0])
})

/** A document of which two commits are here, and one is there: on another branch, or so it says. */
async function further() {
  const document = parseDocumentId("a/1")
  const { actor } = new LinkFleet(1, 1).host(0)
  const version = Version.from([{ actor, seq: 1, hash: new Uint8Array(8) }])
  const all = questions(1, { document, version, digest: new Uint8Array(32).fill(7) })
  for (const id of ["a/1", "a/1"]) all.write(id)
  const ask = async () => {
    const settled = all.settle()
    await turn()
    all.answer()
    await settled
  }
  return { ...all, document, actor, ask }
}

test("[GR64] what is there of another branch is asked for as if this side were no further on its own", async () => {
  const { host, kept, versions, document, actor, ask } = await further()
  const [first] = (await host.delta(document, {})).commits
  const parted = Version.from([{ actor, seq: 1, hash: first?.hash ?? new Uint8Array() }])
  host.entryBeside = async id => {
    const ours = await host.entry(id)
    return ours && { ...ours, parted }
  }
  await ask()
  expect([versions, kept.substitutes.size]).toEqual([[parted], 0])
})

test("[GR65] whether they part is read once, until either side is another", async () => {
  const { host, kept, document, write, ask } = await further()
  let readings = 0
  host.entryBeside = id => {
    readings++
    return host.entry(id)
  }
  const readingsOf = async (before: () => void) => {
    before()
    await ask()
    return readings
  }
  expect(await readingsOf(() => {})).toBe(1)
  expect(await readingsOf(() => kept.forget())).toBe(1)
  expect(await readingsOf(() => write(document))).toBe(1)
  expect(await readingsOf(() => kept.forget())).toBe(2)
  expect([kept.shown.size, kept.unknown.size]).toEqual([1, 0])
})
