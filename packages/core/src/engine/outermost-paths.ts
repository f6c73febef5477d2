import type { Path } from "../document/json.ts"

/** A step of some path, with what comes after it. */
interface Place {
  readonly inside: Map<string | number, Place>
  isKept: boolean
}

/** Drops paths that lie at or below another. Cost: their steps. */
export function outermostPaths(paths: readonly Path[]): Path[] {
  if (paths.length < 2) return [...paths]
  const root: Place = { inside: new Map(), isKept: false }
  return [...paths].sort((a, b) => a.length - b.length).filter(path => keep(root, path))
}

/** Says whether nothing at or above the path was kept before. */
function keep(root: Place, path: Path): boolean {
  let at = root
  for (const step of path) {
    if (at.isKept) return false
    let next = at.inside.get(step)
    if (next === undefined) {
      next = { inside: new Map(), isKept: false }
      at.inside.set(step, next)
    }
    at = next
  }
  const isNew = !at.isKept
  at.isKept = true
  return isNew
}
