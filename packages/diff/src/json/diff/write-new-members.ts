import { formatPointer } from "../pointer/json-pointer.ts"
import type { DiffContext } from "./diff-context.ts"
import { measureJson, refuseKey } from "./measure-json.ts"
import { MemberIndex } from "./member-index.ts"
import { isOddName } from "./odd-name.ts"

type Members = Readonly<Record<string, unknown>>

// A second path takes the place of the value; shorter values than this gain next to nothing.
const SECOND_PATH_BYTES = 16

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
  const pathOf = (key: string): string => path + formatPointer([key])
  const sizes = new Map(come.map(key => [key, measureMember(b, key, pathOf(key))]))
  const isLarge = (bytes: number): boolean => context.moves && bytes > path.length + SECOND_PATH_BYTES
  const large = come.filter(key => isLarge(sizes.get(key) ?? 0) && !isOddName(key))
  const moves = findMoves(context, a, gone, b, large)
  const moved = new Set(moves.values())
  for (const key of gone) {
    if (moved.has(key)) continue
    measureMember(a, key, pathOf(key))
    writer.remove(pathOf(key))
  }
  for (const [key, from] of moves) writer.move(pathOf(from), pathOf(key))
  const rest = come.filter(key => !moves.has(key))
  const copies = findCopies(context, b, rest, new Set(large))
  for (const key of rest) {
    const from = copies.get(key)
    if (from === undefined) writer.add(pathOf(key), b[key], sizes.get(key) ?? 0)
    else writer.copy(pathOf(from), pathOf(key))
  }
}

/** Bytes of a member that comes or goes. */
function measureMember(object: Members, key: string, path: string): number {
  if (key === "__proto__") refuseKey(path)
  return measureJson(object[key], Infinity, path)
}

/** For members that came the names of equal ones that went, each used once. */
function findMoves(
  context: DiffContext,
  a: Members,
  gone: readonly string[],
  b: Members,
  large: readonly string[]
): Map<string, string> {
  const moves = new Map<string, string>()
  if (large.length === 0 || gone.length === 0) return moves
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
  rest: readonly string[],
  large: ReadonlySet<string>
): Map<string, string> {
  const copies = new Map<string, string>()
  if (!rest.some(key => large.has(key))) return copies
  const late = new Set(rest)
  const index = new MemberIndex(
    context,
    b,
    Object.keys(b).filter(key => !late.has(key))
  )
  for (const key of rest) {
    const from = large.has(key) ? index.find(b[key], false) : undefined
    if (from !== undefined) copies.set(key, from)
    index.add(key)
  }
  return copies
}
