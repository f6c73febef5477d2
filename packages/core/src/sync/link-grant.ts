import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { HelloFrame } from "./frame.ts"
import { type SyncScope, equalScopes, inScope } from "./sync-scope.ts"

/** Bytes that name a rule on the wire. */
export const grantIdBytes = 8

/** Decides about single documents. Equal names mean equal answers, for as long as the replica is open. */
export interface DocumentRule {
  /** What is kept for those it lets in is shared by all rules of this name. */
  readonly name: string
  readonly mayRead: (document: DocumentId) => boolean
  /** Asked only about what may be read. */
  readonly mayWrite: (document: DocumentId) => boolean
}

/** What a link may do, as the side that was dialed decided. What may be written may be read. */
export interface LinkGrant {
  readonly read: SyncScope
  readonly write: SyncScope
  /** Known to the side that decides only. */
  readonly rule?: DocumentRule | undefined
  /** Names the rule to the other one. */
  readonly id?: Uint8Array | undefined
}

/** What one side sends of documents, and what it takes. */
export interface Gate {
  /** Compared by it. */
  readonly scope: SyncScope
  /** Whether the dialing side may see it. */
  readonly reads: (document: DocumentId) => boolean
  readonly sends: (document: DocumentId) => boolean
  readonly takes: (document: DocumentId) => boolean
  /** Whether there can be documents that it takes. */
  readonly takesAny: boolean
}

/** The gate of the side that granted. */
export function grantingGate({ read, write, rule }: LinkGrant): Gate {
  const mayRead = (document: DocumentId) => inScope(read, document) && rule?.mayRead(document) !== false
  return {
    scope: read,
    reads: mayRead,
    sends: mayRead,
    takes: document => inScope(write, document) && mayRead(document) && rule?.mayWrite(document) !== false,
    takesAny: !isNothing(write)
  }
}

/** The gate of the side that was granted something. `isRefused`: what the other one did not take, by rules only it knows. */
export function grantedGate({ read, write }: LinkGrant, isRefused: (document: DocumentId) => boolean): Gate {
  const mayRead = (document: DocumentId) => inScope(read, document)
  return {
    scope: read,
    reads: mayRead,
    sends: document => inScope(write, document) && !isRefused(document),
    takes: mayRead,
    takesAny: !isNothing(read)
  }
}

function isNothing(scope: SyncScope): boolean {
  return scope !== "all" && scope.length === 0
}

/** How a rule is named to the peer: the name itself may say more than it should. */
export function grantIdOf(epoch: string, rule: DocumentRule): Uint8Array {
  const writer = new ByteWriter()
  for (const part of ["syncline/rule/1", epoch, rule.name]) writer.varString(part)
  return sha256(writer.finish()).slice(0, grantIdBytes)
}

/** What the accepting side says in its hello that it granted. */
export function grantIn({ scope: read, write, grantId: id }: HelloFrame): LinkGrant {
  return { read, write: write ?? read, id }
}

/**
 * Under which name both sides keep what they know under a grant: how far they are in the log of the store with that epoch. What
 * holds under one grant must not serve another: it says nothing about what the other adds.
 */
export function cursorName(epoch: string, { read, write, id }: LinkGrant): string {
  const isPlain = id === undefined && equalScopes(read, write)
  if (isPlain && read === "all") return epoch
  const writer = new ByteWriter()
  for (const part of ["syncline/scoped-cursor/2", epoch]) writer.varString(part)
  for (const scope of [read, write]) {
    writer.varUint(scope === "all" ? 0 : scope.length + 1)
    if (scope !== "all") for (const path of scope) writer.varString(path)
  }
  writer.varBytes(id ?? new Uint8Array())
  return toHex(sha256(writer.finish()).subarray(0, 16))
}
