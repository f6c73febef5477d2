import type { Link } from "@syncline/core"
import * as Y from "yjs"
import { compareDesks } from "../convergence.ts"
import { allIds, type Desk, openDesk } from "../desk.ts"
import { bytes, count, counted, duration } from "../format.ts"
import { type RawTraffic, rawTraffic } from "../raw-yjs.ts"
import type { Tour } from "../tour.ts"
import { Wire } from "../wire.ts"

/** Two replicas and the wire between them. */
export interface Team {
  readonly a: Desk
  readonly b: Desk
  readonly wire: Wire
  readonly link: Link
}

/** Longer than any of this takes on a slow machine; a tour that hangs is a failed tour. */
export const patienceMs = 60_000

/** A second replica with files of its own gets everything over a WebSocket. */
export async function joinReplica(tour: Tour, a: Desk): Promise<Team> {
  tour.step("Join", "Replica B, new, with files of its own, catches up with A over a real WebSocket.")
  const wire = await Wire.open(a.replica)
  const b = await openDesk(tour, "b")
  const started = performance.now()
  const link = b.replica.connect(wire.transport)
  await link.synced(AbortSignal.timeout(patienceMs))
  const ms = performance.now() - started
  const sent = wire.bytes

  const raw = await rawJoin(a)
  const { documents, roots, different } = await compareDesks(a, b)
  tour.say(`${counted(documents, "document")} in ${duration(ms)} over 127.0.0.1:${wire.port}`)
  sayTraffic(tour, sent, raw)
  tour.check("the Merkle roots of both replicas are equal", roots)
  tour.check(`all ${count(documents)} values, versions and states are equal`, different.length === 0)
  tour.figure("B joins: bytes on the wire", `${bytes(sent)} (raw Yjs ${bytes(raw.bytes)})`)
  return { a, b, wire, link }
}

/** Bytes beside what plain Yjs sends for the same documents. */
export function sayTraffic(tour: Tour, sent: number, raw: RawTraffic): void {
  tour.say(`on the wire, HTTP upgrade and all: ${bytes(sent)}`)
  tour.say(`raw Yjs, messages alone: ${bytes(raw.bytes)}; deflated in one piece: ${bytes(raw.deflated)}`)
}

async function rawJoin(a: Desk): Promise<RawTraffic> {
  const documents: Y.Doc[] = []
  for (const id of await allIds(a)) documents.push((await a.replica.load(id)).native as Y.Doc)
  return rawTraffic(documents.map(document => [document, new Y.Doc()]))
}
