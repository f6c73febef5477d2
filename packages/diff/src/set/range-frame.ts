import type { RangeIndex } from "./range-index.ts"
import {
  MOST_RANGES,
  type RangeClaim,
  type RangeGroup,
  type RangeHello,
  type RangeMessage,
  sumClaimBytes
} from "./range-message.ts"
import type { PendingRange, RangeSession } from "./range-session.ts"
import { ID_BYTES } from "./set-id.ts"

// Eight ids are 64 bytes, as much as four sums with their bounds, and leave nothing to ask.
const LISTED_WHOLE = 8
// One id is shorter than a sum.
const LISTED_PART = 1
// The head of a message, its hello, and the counts of its lists.
const HEAD_BYTES = 64

/** The next message of a session, no longer than it may be, and the session with what did not fit. */
export function nextFrame(
  index: RangeIndex,
  session: RangeSession,
  hello: RangeHello | undefined
): { readonly message: RangeMessage; readonly session: RangeSession } {
  let room = session.options.maxFrameBytes - HEAD_BYTES
  let rangesLeft = MOST_RANGES
  const groups: RangeGroup[] = []
  for (const range of session.pending) {
    const plan = planGroup(index, session, range)
    if ((plan.bytes > room || plan.parts >= rangesLeft) && groups.length > 0) break
    groups.push(groupOf(index, session.mark, range, plan.parts))
    room -= plan.bytes
    rangesLeft -= Math.max(1, plan.parts)
  }
  const pending = session.pending.slice(groups.length)
  const { told } = session
  const found = tells(session) ? session.found : { theirs: [], ours: [] }
  const mine = found.ours.slice(told.ours, told.ours + idsIn(room))
  room -= mine.length * ID_BYTES
  const yours = found.theirs.slice(told.theirs, told.theirs + idsIn(room))
  const next = { theirs: told.theirs + yours.length, ours: told.ours + mine.length }
  const untold = next.theirs < found.theirs.length || next.ours < found.ours.length
  const isOpen = untold || session.listed.length > 0
  const promised = pending.length > 0 || isOpen
  const message = { hello, pending: promised, groups, mine, yours }
  return { message, session: { ...session, pending, told: next, promised } }
}

/** Whether a side tells what it finds out: only an initiator may keep it. */
export function tells({ role, options }: RangeSession): boolean {
  return role === "responder" || options.tells
}

function idsIn(room: number): number {
  return Math.max(0, Math.floor(room / ID_BYTES))
}

/** In how many parts to tell a range, 0 for its ids, and how many bytes that takes at most. */
function planGroup(index: RangeIndex, session: RangeSession, range: PendingRange): GroupPlan {
  const itemBytes = index.orderBytes + ID_BYTES
  const ends = 2 * (itemBytes + 3)
  const count = index.sums([range.from, range.to], session.mark)[0]?.count ?? 0
  if (count <= LISTED_WHOLE) return { parts: 0, bytes: ends + 1 + count * ID_BYTES }
  const most = Math.floor((session.options.maxFrameBytes - HEAD_BYTES - ends) / sumClaimBytes(itemBytes))
  const parts = Math.min(range.parts, most)
  return { parts, bytes: ends + parts * sumClaimBytes(itemBytes) }
}

function groupOf(index: RangeIndex, mark: number, { from, to }: PendingRange, parts: number): RangeGroup {
  const listed = (start: Uint8Array, end: RangeClaim["to"]): RangeClaim => ({
    kind: "ids",
    to: end,
    ids: index.ids(start, end, mark)
  })
  if (parts === 0) return { from, claims: [listed(from, to)] }
  const bounds = index.cut(from, to, parts)
  const sums = index.sums(bounds, mark)
  const claims = sums.map((sum, i): RangeClaim => {
    const end = bounds[i + 1]
    return sum.count <= LISTED_PART ? listed(bounds[i] ?? from, end) : { kind: "sum", to: end, sum }
  })
  return { from, claims }
}

interface GroupPlan {
  readonly parts: number
  readonly bytes: number
}
