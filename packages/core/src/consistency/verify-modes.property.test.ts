import fc from "fast-check"
import { expect, test } from "vitest"
import { DamagedSink, foundIn } from "../testing/core-damaged-sink.ts"
import { noteId } from "../testing/sink-workbench.ts"

const seeds = fc.integer({ min: 0, max: 0xffffffff })

/** Kinds that leave no bookkeeping under an id that no document has: only reading contents shows that something is there. */
const hiddenOrphan = "row under an id no document has"

/** What shows in whether bookkeeping is there at all. */
const presence = ["everything deleted", "bookkeeping deleted"]

function law(title: string, check: (sink: DamagedSink) => Promise<void>): void {
  test(title, async () => {
    await fc.assert(fc.asyncProperty(seeds, async seed => check(await DamagedSink.make(seed))))
  })
}

law(
  "[VF2] a full verification beside a writer finds every damage with its class, and nothing else",
  async sink => {
    expect(foundIn(await sink.verify({ kind: "full" }))).toEqual(sink.classes(() => true))
  }
)

law("[VF10] by ids, what is wrong under these is found, and nothing else", async sink => {
  const ids = [...Array.from({ length: 20 }, (_, key) => noteId(key)), ...sink.expected.keys()]
  const chosen = ids.filter((_, index) => index % 3 !== 0)
  const report = await sink.verify({ kind: "documents", ids: chosen })
  expect(foundIn(report)).toEqual(sink.classes(id => chosen.includes(id)))
})

law("[VF10] by a prefix, what is wrong with ids that begin so is found, and nothing else", async sink => {
  for (const prefix of ["notes/1", "notes/12", "notes/", "no", "notes/3-", ""]) {
    const report = await sink.verify({ kind: "documents", prefix })
    expect([prefix, foundIn(report)]).toEqual([prefix, sink.classes(id => id.startsWith(prefix))])
  }
})

law(
  "[VF10] by what changed, what is wrong with documents that changed is found, and nothing else",
  async sink => {
    const since = await sink.positionOf(noteId(20))
    const late = new Set<string>()
    for (const id of sink.expected.keys()) if ((await sink.positionOf(id)) > since) late.add(id)
    const report = await sink.verify({ kind: "documents", changedSince: since })
    expect(foundIn(report)).toEqual(sink.classes(id => late.has(id)))
  }
)

law(
  "[VF12] [VF14] a sample of more than there is finds what a full verification does, but content alone",
  async sink => {
    const report = await sink.verify({ kind: "sample", count: 1000 })
    expect(foundIn(report)).toEqual(sink.classes((_, { what }) => what !== hiddenOrphan))
    const [{ coverage } = {}] = report.sinks
    const { wrong, population, atMost } = coverage as { wrong: number; population: number; atMost: number }
    expect(wrong).toBe(foundIn(report).length)
    expect(atMost).toBeGreaterThanOrEqual(wrong / population)
  }
)

law("[VF13] by filters, what is there on one side only is found, and nothing else", async sink => {
  const report = await sink.verify({ kind: "bloom", rate: 1e-9 })
  const shows = sink.classes(
    (_, { found, what }) => presence.includes(what) || (found === "orphan" && what !== hiddenOrphan)
  )
  expect(foundIn(report)).toEqual(shows)
})

law("[VF20] by the tree, every damage is found with its class, and nothing else", async sink => {
  expect(foundIn(await sink.verify({ kind: "merkle" }))).toEqual(sink.classes(() => true))
})

law(
  "[VF18] a verification that was cancelled and went on, again and again, finds what one in one go does",
  async sink => {
    let token: string | undefined
    for (let left = 40; ; left--) {
      const abort = new AbortController()
      const options = {
        documentsPerSecond: 24,
        signal: abort.signal,
        ...(token === undefined ? {} : { resume: token })
      }
      // The sixth step at the latest, so that each of them gets further.
      let steps = 1 + (left % 6)
      const onProgress = (): void => {
        if (left > 0 && --steps <= 0) abort.abort()
      }
      const outcome = await sink.verify({ kind: "full" }, { ...options, onProgress }).catch(tokenOf)
      if (typeof outcome !== "string") {
        expect(foundIn(outcome)).toEqual(sink.classes(() => true))
        return
      }
      token = outcome
    }
  }
)

function tokenOf(error: unknown): string {
  expect(error).toMatchObject({ code: "aborted", details: { resume: expect.any(String) } })
  return (error as { details: { resume: string } }).details.resume
}
