import type { DiffContext } from "./diff-context.ts"
import { measureJson, refuseKey } from "./measure-json.ts"
import { MemberIndex } from "./member-index.ts"
import { isOddName } from "./odd-name.ts"
import { pointerTo } from "./patch-writer.ts"

type Members = Readonly<Record<string, unknown>>

// A second path takes the place of the value; shorter values than this gain next to nothing.
const SECOND_PATH_BYTES = 48
// In larger objects it would take longer to look for an original than to do everything else.
const MAX_SOURCES = 256

/**
 * Writes the members that went and came, when all others are as in `b` already: a large value equal to one that went is
 * moved, one equal to another that is there is copied, everything else is removed and added.
 */
export function writeNewMembers(
  context: DiffContext,
  a: Members,
  b: Members,
  gone: readonly string[],
  come: readonly string[]
): void {
  const { writer } = context
  const path = writer.pointer()
  const sizes = come.map(key => measureMember(b, key, path))
  const isLarge = (bytes: number): boolean => context.moves && bytes > path.length + SECOND_PATH_BYTES
  const large = new Set(come.filter((key, i) => isLarge(sizes[i] ?? 0) && !isOddName(key)))
  const moves = findMoves(context, a, gone, b, large)
  const moved = new Set(moves.values())
  for (const key of gone) {
    if (moved.has(key)) continue
    measureMember(a, key, path)
    writer.remove(pointerTo(path, key))
  }
  for (const [key, from] of moves) writer.take("move", pointerTo(path, from), pointerTo(path, key))
  const copies = findCopies(context, b, come, large, moves)
  come.forEach((key, i) => {
    if (moves.has(key)) return
    const from = copies.get(key)
    if (from === undefined) writer.add(pointerTo(path, key), b[key], sizes[i] ?? 0)
    else writer.take("copy", pointerTo(path, from), pointerTo(path, key))
  })
}

/** Bytes of a member that comes or goes. */
function measureMember(object: Members, key: string, path: string): number {
  if (key === "__proto__") refuseKey(pointerTo(path, key))
  return measureJson(object[key], Infinity, path, key)
}

/** For members that came the names of equal ones that went, each used once. */
function findMoves(
  context: DiffContext,
  a: Members,
  gone: readonly string[],
  b: Members,
  large: ReadonlySet<string>
): Map<string, string> {
  const moves = new Map<string, string>()
  if (large.size === 0 || gone.length === 0) return moves
  const index = new MemberIndex(context, a, gone)
  for (const key of large) {
    const from = index.find(b[key], true)
    if (from !== undefined) moves.set(key, from)
  }
  return moves
}

/** For large ones of the members about to come, in this order, the names of equal ones that are there by then. */
function findCopies(
  context: DiffContext,
  b: Members,
  come: readonly string[],
  large: ReadonlySet<string>,
  moves: ReadonlyMap<string, string>
): Map<string, string> {
  const copies = new Map<string, string>()
  if (large.size === moves.size) return copies
  const names = Object.keys(b)
  if (names.length > MAX_SOURCES) return copies
  const late = new Set(come.filter(key => !moves.has(key)))
  const index = new MemberIndex(
    context,
    b,
    names.filter(key => !late.has(key))
  )
  for (const key of late) {
    const from = large.has(key) ? index.find(b[key], false) : undefined
    if (from !== undefined) copies.set(key, from)
    index.add(key)
  }
  return copies
}
