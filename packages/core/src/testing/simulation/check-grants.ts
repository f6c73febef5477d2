import { Version } from "../../commit/version.ts"
import type { DocumentId } from "../../document/document-id.ts"
import type { Link } from "../../link/link.ts"
import type { Line } from "./line.ts"
import { isWhole, isWithin, mayRead, mayWrite } from "./line-grant.ts"
import type { Machine } from "./machine.ts"
import type { World } from "./world.ts"

/** How both ends of a line hold one document. */
interface Held {
  readonly document: DocumentId
  readonly dialer: Version
  readonly acceptor: Version
}

/**
 * What is not as it should be over lines that grant less than whole collections, in words: somebody lacks what it may have, a link is
 * not live, what is kept apart is not shown as refused, or something is that is not.
 */
export async function grantDifference(world: World): Promise<string | undefined> {
  for (const line of world.lines) {
    if (!grantsPart(line, world.collections)) continue
    const { link } = line
    if (link?.status !== "live") return `the link over ${line.name} is ${link?.status ?? "not there"}`
    const [dialer, acceptor] = [world.machine(line.from), world.machine(line.to)]
    for (const document of world.documents) {
      // Which of two branches counts is told by what both hold, and one may not be granted.
      if (world.ledger.isForked(document)) continue
      const [near, far] = [await versionOf(dialer, document), await versionOf(acceptor, document)]
      const wrong = wrongOver(line, link, { document, dialer: near, acceptor: far })
      if (wrong !== undefined) return `over ${line.name}, ${document} ${wrong}`
    }
  }
  return undefined
}

/** Whether a line lets somebody in, and grants less than whole collections. */
export function grantsPart({ granted }: Line, collections: readonly string[]): boolean {
  return !granted.isRefused && !collections.every(name => isWhole(granted, name))
}

function wrongOver({ granted }: Line, link: Link, { document, dialer, acceptor }: Held): string | undefined {
  const [reads, writes] = [mayRead(granted, document), mayWrite(granted, document)]
  if (reads && !covers(dialer, acceptor)) return "is not all on the side that may read it"
  if (writes && !covers(acceptor, dialer)) return "did not all arrive where it may be written"
  if (!isWithin(granted, document)) return undefined
  const isShown = link.sync.status.rejected.some(
    one => one.document === document && one.reason === "not-granted"
  )
  const isUnsynced = link.sync.isUnsynced(document)
  if (!writes && !covers(acceptor, dialer) && !(isShown && isUnsynced))
    return "is refused, and that is not shown"
  if (reads && covers(acceptor, dialer) && (isShown || isUnsynced))
    return "is shown as refused, and is the same"
  return undefined
}

async function versionOf({ replica }: Machine, document: DocumentId): Promise<Version> {
  return (await replica?.host.version(document)) ?? Version.empty
}

function covers(version: Version, other: Version): boolean {
  const order = version.compare(other)
  return order === "equal" || order === "after"
}
