import type { JsonPatchOperation } from "../json-patch.ts"
import { joinTokens } from "../pointer/json-pointer.ts"
import { beforeRemoval } from "./carry-place.ts"
import type { Step } from "./locate.ts"

/**
 * The operations that take what is at `from` and add it at `path`, which counts after the removal.
 *
 * Almost always a move. Not where the removal shifts an element that `path` leads through: such a move may be forbidden (from
 * an element into the next, since `path` then seems to lie inside of `from`; RFC 6902, 4.4), and other implementations look
 * `path` up before the removal.
 */
export function formatMove(from: readonly Step[], path: readonly Step[]): JsonPatchOperation[] {
  const before = beforeRemoval({ path, gap: false }, from).path
  const source = joinTokens(from)
  if (before === path || path.length <= from.length)
    return [{ op: "move", from: source, path: joinTokens(path) }]
  return [
    { op: "copy", from: source, path: joinTokens(before) },
    { op: "remove", path: source }
  ]
}
