import { decodeHead } from "../codec/facts-codec.ts"
import type { Engine } from "../engine/engine.ts"
import type { StoredHead, StoreSession } from "../store/store.ts"
import { otherEngine } from "./other-engine.ts"

/** The engines of declared collections, by collection. */
type CollectionEngines = ReadonlyMap<string, { readonly engine: Engine }>

/**
 * Waits until every engine can make documents.
 *
 * @throws SynclineError `engine-unavailable`
 */
export async function readyEngines(fallback: Engine, collections: CollectionEngines): Promise<void> {
  const engines = new Set([fallback, ...[...collections.values()].map(({ engine }) => engine)])
  await Promise.all([...engines].map(async engine => engine.ready?.()))
}

/**
 * Refuses a store some collection of which was written with another engine than it names now: its documents would not
 * load, and new ones beside them would be of another kind. One head of each collection is read; they are all alike.
 *
 * @throws SynclineError `engine-unknown`
 */
export async function checkEngines(
  session: StoreSession,
  fallback: Engine,
  collections: CollectionEngines
): Promise<void> {
  for (const collection of await session.collections()) {
    const ours = (collections.get(collection)?.engine ?? fallback).name
    const [head] = await session.scanHeads({ limit: 1, collection })
    const theirs = head === undefined ? undefined : engineOf(head)
    if (head !== undefined && theirs !== undefined && theirs !== ours)
      throw otherEngine(head.id, theirs, ours)
  }
}

/** `undefined` for a damaged head: whoever loads that document hears of it. */
function engineOf(head: StoredHead): string | undefined {
  try {
    return decodeHead(head.body).engine
  } catch {
    return undefined
  }
}
