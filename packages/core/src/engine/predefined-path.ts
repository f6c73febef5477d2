import type { ContainerRef } from "../document/operation.ts"
import { coreError } from "../errors/core-error.ts"

/** The container with all its ancestors, outermost first. */
export function withAncestors({ path, kind }: ContainerRef): ContainerRef[] {
  const ancestors = path
    .slice(1)
    .map((_, depth): ContainerRef => ({ path: path.slice(0, depth + 1), kind: "map" }))
  return [...ancestors, { path, kind }]
}

/** Refuses what no shape can declare. @throws SynclineError `path-invalid`. */
export function mustBeContainer({ path }: ContainerRef): void {
  const named = path.length > 0 && path.length <= 32 && path.every(key => key !== "" && key.isWellFormed())
  if (!named) throw coreError("path-invalid", `${JSON.stringify(path)} is no path of a predefined container`)
}
