import { existsSync } from "node:fs"
import { join } from "node:path"
import type { EntryPoint, ExportConditions } from "./packages.ts"

/** Entry points that can be looked at, and a printable line for each that cannot. */
export interface SplitEntryPoints {
  readonly built: readonly EntryPoint[]
  readonly missing: readonly string[]
}

/** Tells the entry points whose built file is there from those whose is not, so that one gap does not hide the rest. */
export function splitByBuilt(
  entryPoints: readonly EntryPoint[],
  target: (conditions: ExportConditions) => string
): SplitEntryPoints {
  const isBuilt = ({ owner, conditions }: EntryPoint): boolean =>
    existsSync(join(owner.path, target(conditions)))
  return {
    built: entryPoints.filter(isBuilt),
    missing: entryPoints
      .filter(entry => !isBuilt(entry))
      .map(({ specifier, conditions }) => `${specifier}: ${target(conditions)} is not built`)
  }
}
