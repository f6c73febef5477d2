import { deflateRawSync } from "node:zlib"
import * as Y from "yjs"

/** What two replicas of plain Yjs would send each other. */
export interface RawTraffic {
  /** State vectors and updates in both directions; no document names, no framing. */
  readonly bytes: number
  /** The same, deflated in one piece: the most that compression of the connection could do for it. */
  readonly deflated: number
}

/**
 * The messages of Yjs's sync protocol for these pairs of documents: both sides send a state vector, and answer with the
 * update the other one lacks. It has to do so for every document, for only the state vectors say which have changed.
 */
export function rawTraffic(pairs: Iterable<readonly [Y.Doc, Y.Doc]>): RawTraffic {
  const messages: Uint8Array[] = []
  for (const [a, b] of pairs) {
    const [knownByA, knownByB] = [Y.encodeStateVector(a), Y.encodeStateVector(b)]
    messages.push(knownByA, knownByB, Y.encodeStateAsUpdate(a, knownByB), Y.encodeStateAsUpdate(b, knownByA))
  }
  const all = Buffer.concat(messages)
  return { bytes: all.length, deflated: deflateRawSync(all).length }
}
