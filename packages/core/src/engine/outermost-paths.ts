import type { Path } from "../document/json.ts"

/** Drops paths that lie at or below another. */
export function outermostPaths(paths: readonly Path[]): Path[] {
  if (paths.length < 2) return [...paths]
  const kept = new Set<string>()
  const byLength = [...paths].sort((a, b) => a.length - b.length)
  return byLength.filter(path => {
    for (let length = 0; length <= path.length; length++)
      if (kept.has(keyOf(path.slice(0, length)))) return false
    kept.add(keyOf(path))
    return true
  })
}

function keyOf(path: Path): string {
  return JSON.stringify(path)
}
