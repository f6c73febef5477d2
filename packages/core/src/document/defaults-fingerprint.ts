import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { MapShape, Shape } from "./shape.ts"

/**
 * 64 hex digits over what the registers of all collections show while they are not set; `""` where none shows anything.
 * Another fingerprint means that documents show other values although no commit says so.
 */
export function defaultsFingerprint(shapes: Iterable<readonly [collection: string, shape: Shape]>): string {
  const defaults = [...shapes].flatMap(([name, shape]) =>
    shape.kind === "map" ? defaultsIn(shape, [name]) : []
  )
  if (defaults.length === 0) return ""
  const sorted = defaults.map(each => JSON.stringify(each)).sort()
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(["syncline/defaults/1", sorted]))))
}

function defaultsIn(
  { fields }: MapShape,
  path: readonly string[]
): (readonly [readonly string[], unknown])[] {
  return Object.entries(fields).flatMap(([name, shape]) => {
    const at = [...path, name]
    if (shape.kind === "map") return defaultsIn(shape, at)
    return shape.kind === "register" && shape.default !== undefined ? [[at, shape.default] as const] : []
  })
}
