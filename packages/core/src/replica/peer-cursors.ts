import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { logHashBytes } from "../store/log-hash.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"
import type { PeerCursor } from "../sync/sync-host.ts"

const space = "peer-cursor"

/** How far this replica has applied another store's log, as a small value. */
export function peerCursorWrite(cursor: PeerCursor): ValueWrite {
  const writer = new ByteWriter()
  writer.varUint(cursor.position)
  writer.bytes(cursor.logHash)
  return { space, key: cursor.epoch, value: writer.finish() }
}

/** The cursor into that store that was saved last. */
export async function loadPeerCursor(session: StoreSession, epoch: string): Promise<PeerCursor | undefined> {
  const bytes = await session.readValue(space, epoch)
  if (bytes === undefined) return undefined
  const reader = new ByteReader(bytes)
  return { epoch, position: reader.varUint(), logHash: reader.bytes(logHashBytes).slice() }
}
