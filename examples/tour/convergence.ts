import { isDeepStrictEqual } from "node:util"
import { allIds, type Desk } from "./desk.ts"

/** How two replicas compare. */
export interface Comparison {
  readonly documents: number
  /** Merkle roots over all versions are equal. */
  readonly roots: boolean
  /** Documents that differ in value, version, or being deleted; or are on one side only. */
  readonly different: readonly string[]
}

/** Compares two replicas twice: by their roots, and by looking at every single document. */
export async function compareDesks(a: Desk, b: Desk): Promise<Comparison> {
  const rootsA = await a.replica.host.unitRoots()
  const rootsB = await b.replica.host.unitRoots()
  const ids = new Set([...(await allIds(a)), ...(await allIds(b))])
  const different: string[] = []
  for (const id of ids) {
    const [ours, theirs] = [await a.replica.load(id), await b.replica.load(id)]
    const same =
      isDeepStrictEqual(ours.value, theirs.value) &&
      ours.version.compare(theirs.version) === "equal" &&
      ours.deleted === theirs.deleted &&
      ours.exists
    if (!same) different.push(id)
  }
  return { documents: ids.size, roots: isDeepStrictEqual(rootsA, rootsB), different }
}
