import * as Y from "yjs"
import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { coreError } from "../../errors/core-error.ts"
import { firstOrdinaryIdentity, genesisIdentity } from "../genesis-identity.ts"
import { rootName } from "./genesis.ts"
import { sharedKind } from "./shared-kind.ts"
import { itemOf, type SharedType } from "./yjs-internals.ts"

/** Predefined containers by the identity of their genesis. */
export type GenesisIndex = Map<number, ContainerRef>

const kinds: readonly ContainerKind[] = ["map", "list", "text", "counter"]

/** Kinds a shared type can be of; which one it is, its identity tells. */
function kindsOf(type: unknown): readonly ContainerKind[] {
  const kind = sharedKind(type)
  return kinds.filter(each => each === kind || (kind === "map" && each === "counter"))
}

/**
 * Finds the geneses a loaded document contains and adds them to the index.
 *
 * @throws SynclineError `engine-identity-reserved` when there is anything else under a reserved identity.
 */
export function indexGeneses(doc: Y.Doc, index: GenesisIndex): void {
  for (const [identity, structs] of doc.store.clients) {
    if (identity >= firstOrdinaryIdentity) continue
    const [struct] = structs
    if (struct?.length !== 1 || structs.length !== 1) throw reserved(identity)
    if (index.has(identity)) continue
    // Collected with a deleted parent: nothing is left of it to be wrong.
    if (struct instanceof Y.GC) continue
    const ref = struct instanceof Y.Item ? recognize(identity, struct, pathOfStored(doc, struct)) : undefined
    if (ref === undefined) throw reserved(identity)
    index.set(identity, ref)
  }
}

/**
 * Checks an update that has structs under reserved identities, which commits normally have not.
 *
 * @returns the geneses it contains, byte for byte as they have to be.
 * @throws SynclineError `engine-identity-reserved`.
 */
export function checkReserved(update: Uint8Array, index: GenesisIndex): GenesisIndex {
  const structs = Y.decodeUpdate(update).structs.filter(({ id }) => id.client < firstOrdinaryIdentity)
  const found: GenesisIndex = new Map()
  // Parents come in any order, so this repeats until nothing more is recognized.
  for (let before = -1; found.size > before; ) {
    before = found.size
    for (const struct of structs) {
      const { client, clock } = struct.id
      if (!(struct instanceof Y.Item) || clock !== 0) throw reserved(client)
      const ref = recognize(client, struct, pathOfUpdate(struct, found, index))
      if (ref !== undefined) found.set(client, ref)
    }
  }
  for (const { id } of structs) if (!found.has(id.client)) throw reserved(id.client)
  return found
}

/** The genesis this item is, if it is one; what is deleted has lost its kind, so all are tried. */
function recognize(
  identity: number,
  item: Y.Item,
  path: readonly string[] | undefined
): ContainerRef | undefined {
  if (path === undefined || item.length !== 1 || item.origin !== null || item.rightOrigin !== null)
    return undefined
  const { content } = item
  const possible = content instanceof Y.ContentType ? kindsOf(content.type) : kinds
  if (!(content instanceof Y.ContentType || content instanceof Y.ContentDeleted)) return undefined
  return possible.map(kind => ({ path, kind })).find(ref => genesisIdentity(ref) === identity)
}

function pathOfStored(doc: Y.Doc, item: Y.Item): readonly string[] | undefined {
  const path: string[] = []
  for (let at: Y.Item | null = item; at !== null; ) {
    if (at.parentSub === null || at.id.client >= firstOrdinaryIdentity || at.id.clock !== 0) return undefined
    path.unshift(at.parentSub)
    const parent = at.parent as SharedType | null
    if (parent === null || (itemOf(parent) === null && doc.share.get(rootName) !== parent)) return undefined
    at = itemOf(parent)
  }
  return path
}

function pathOfUpdate(item: Y.Item, found: GenesisIndex, index: GenesisIndex): readonly string[] | undefined {
  // In a decoded update a parent is the name of a top-level type or an id, whatever the declaration says.
  const parent: unknown = item.parent
  if (item.parentSub === null) return undefined
  if (parent === rootName) return [item.parentSub]
  if (!(parent instanceof Y.ID) || parent.clock !== 0) return undefined
  const above = found.get(parent.client) ?? index.get(parent.client)
  return above?.kind === "map" ? [...above.path, item.parentSub] : undefined
}

function reserved(identity: number): Error {
  return coreError(
    "engine-identity-reserved",
    `identity ${identity} is reserved for the genesis of a predefined container, and these bytes define something else under it`,
    { details: { identity } }
  )
}
