import { verifyBloom } from "./bloom-of-both.ts"
import { verifyChanged, verifyIds } from "./chosen-documents.ts"
import { readCleanMark } from "./clean-mark.ts"
import type { Coverage } from "./coverage.ts"
import { prefixesOf } from "./id-prefix.ts"
import { countIds, documentIds, recordIds } from "./ids-of-both.ts"
import { verifyMerkle } from "./merkle-of-both.ts"
import { verifySample } from "./sample-of-both.ts"
import type { SinkLook } from "./sink-look.ts"
import { SinkVerification } from "./sink-verification.ts"
import type { DocumentsMode } from "./verify-mode.ts"

/** Looks at what the mode says; tells what that was. */
export async function cover(look: SinkLook): Promise<Coverage> {
  const { mode = { kind: "full" } } = look.options
  switch (mode.kind) {
    case "full":
      await walk(look, "")
      return { kind: "full" }
    case "documents":
      return coverDocuments(look, mode)
    case "sample":
      return verifySample(look, mode.count)
    case "bloom":
      return verifyBloom(look, mode.rate)
    case "merkle":
      return verifyMerkle(look)
  }
}

/** A finding is counted for a share no smaller than one in so many: beyond, counting would cost more than looking did. */
const countedForEach = 1000

async function coverDocuments(look: SinkLook, mode: DocumentsMode): Promise<Coverage> {
  const since = await lookAtChosen(look, mode)
  const enough = look.tally.found * countedForEach
  const looked = look.tally.checked
  return {
    kind: "documents",
    looked,
    ...(since === undefined ? {} : { since }),
    ...(enough === 0 ? {} : { among: await countBoth(look, enough) })
  }
}

/** Gives the position after which documents counted as changed, where that was asked. */
async function lookAtChosen(look: SinkLook, mode: DocumentsMode): Promise<number | undefined> {
  if ("ids" in mode) {
    await verifyIds(look, mode.ids)
    return undefined
  }
  if ("prefix" in mode) {
    await walk(look, mode.prefix)
    return undefined
  }
  const { changedSince } = mode
  const since =
    changedSince === "last-clean" ? await readCleanMark(look.source, look.sink, look.session) : changedSince
  await verifyChanged(look, since)
  return since
}

async function countBoth(
  look: SinkLook,
  enough: number
): Promise<{ readonly documents: number; readonly records?: number }> {
  const documents = await countIds(documentIds(look), enough)
  // Listing a sink may cost it a pass over everything it has, and of its records only orphans are a share.
  if (look.tally.orphans === 0) return { documents }
  return { documents, records: await countIds(recordIds(look), enough) }
}

/** By id order, from where a former walk was. */
async function walk(look: SinkLook, prefix: string): Promise<void> {
  const verification = new SinkVerification(look)
  const { begun, options } = look
  for (const [index, each] of prefixesOf(prefix, options.collections).entries()) {
    if (index < (begun?.prefixes ?? 0)) continue
    const after = index === begun?.prefixes ? begun.after : undefined
    await verification.run(each, after, last =>
      look.keepPlace(last === undefined ? { prefixes: index + 1 } : { prefixes: index, after: last })
    )
  }
}
