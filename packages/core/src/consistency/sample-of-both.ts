import { type Coverage, sampleConfidence } from "./coverage.ts"
import { prefixesOf } from "./id-prefix.ts"
import { Reservoir } from "./reservoir.ts"
import { shareBound } from "./share-bound.ts"
import { SideBySide } from "./side-by-side.ts"
import { entryPages, headPages } from "./side-by-side-pages.ts"
import type { SinkLook } from "./sink-look.ts"
import { findingCount } from "./verify-report.ts"

/**
 * Draws from all documents and records, by a walk over the ids of both sides, and looks at what was drawn wholly. The
 * walk makes every one as likely as any other, and counts them; that is what the bound rests on.
 */
export async function verifySample(look: SinkLook, count: number): Promise<Coverage> {
  const drawn = new Reservoir<string>(count, look.source.ports.random)
  for (const prefix of prefixesOf("", look.options.collections)) await offerIds(look, prefix, drawn)
  await look.atIds(drawn.items, drawn.items.length)
  const { counts, parked } = look.tally.report()
  const wrong = findingCount({ counts }) + parked
  const judged = counts.consistent + wrong
  const atMost = shareBound(drawn.seen, judged, wrong, sampleConfidence)
  return { kind: "sample", population: drawn.seen, judged, wrong, atMost }
}

async function offerIds(look: SinkLook, prefix: string, drawn: Reservoir<string>): Promise<void> {
  const { source, session, answers, options, pace } = look
  const walk = { prefix, pageSize: pace.pageSize, signal: options.signal }
  for await (const { heads, range } of headPages(source, session, walk)) {
    const pairs = new SideBySide(heads)
    let met = 0
    const offer = (id: string | undefined): void => {
      if (id === undefined) return
      drawn.offer(id)
      met++
    }
    for await (const entries of entryPages(answers, range, walk, false))
      for (const { document, entry } of pairs.upTo(entries)) offer(document?.id ?? entry?.id)
    for (const { document } of pairs.rest()) offer(document?.id)
    await look.step(met)
  }
}
