import { isDeepStrictEqual } from "node:util"
import type * as Y from "yjs"
import { compareDesks } from "../convergence.ts"
import { allIds, type Desk, projected } from "../desk.ts"
import { bytes, count, counted, duration } from "../format.ts"
import { planEdits } from "../offline-edits.ts"
import { dump } from "../plain-sql.ts"
import { type RawTraffic, rawTraffic } from "../raw-yjs.ts"
import type { Tour } from "../tour.ts"
import { patienceMs, sayTraffic, type Team } from "./join-replica.ts"

/** Both replicas edit the same documents without a connection, and meet again. */
export async function editOffline(tour: Tour, team: Team): Promise<void> {
  tour.step("Edit offline", "The connection is cut; both edit the same documents; they meet again.")
  const { a, b, wire, link } = team
  const edits = await planEdits(tour, a)
  for (const { before } of edits) await before?.(a.replica)
  await link.synced(AbortSignal.timeout(patienceMs))

  await wire.cut()
  for (const edit of edits) {
    await edit.onA(a.replica)
    await edit.onB(b.replica)
  }
  await Promise.all([a.replica.flush(), b.replica.flush()])
  const apart = await compareDesks(a, b)
  tour.check(
    `offline: the roots differ, and so do exactly the ${counted(edits.length, "edited document")}`,
    !apart.roots && isDeepStrictEqual(apart.different.toSorted(), edits.map(({ id }) => id).toSorted())
  )
  const raw = await rawMeeting(team)

  const [started, before] = [performance.now(), wire.bytes]
  await wire.plugIn()
  link.retryNow()
  await link.synced(AbortSignal.timeout(patienceMs))
  const [ms, sent] = [performance.now() - started, wire.bytes - before]
  await Promise.all([projected(a), projected(b)])

  const after = await compareDesks(a, b)
  tour.say(`together again in ${duration(ms)}`)
  sayTraffic(tour, sent, raw)
  tour.check("the roots are equal again, and so is every value", after.roots && after.different.length === 0)
  for (const { claim, holds } of edits) if (claim !== undefined) tour.check(claim, await holds(b.replica))
  const bulk = edits.filter(({ claim }) => claim === undefined)
  const kept = await Promise.all(bulk.map(each => each.holds(b.replica)))
  tour.check(
    `${counted(bulk.length, "more README")} edited by both: every insertion is there, once`,
    kept.every(Boolean)
  )
  for (const { example } of edits) if (example !== undefined) tour.say(await example(b.replica))
  tour.check(
    "the SQLite tables of both replicas are equal to the last row",
    isDeepStrictEqual(dump(a.tables), dump(b.tables))
  )
  tour.figure("documents edited by both offline", count(edits.length))
  tour.figure("meeting again: bytes on the wire", `${bytes(sent)} (raw Yjs ${bytes(raw.bytes)})`)
}

async function rawMeeting({ a, b }: Team): Promise<RawTraffic> {
  const pairs: [Y.Doc, Y.Doc][] = []
  for (const id of await allIds(a)) pairs.push([await nativeOf(a, id), await nativeOf(b, id)])
  return rawTraffic(pairs)
}

async function nativeOf({ replica }: Desk, id: string): Promise<Y.Doc> {
  return (await replica.load(id)).native as Y.Doc
}
