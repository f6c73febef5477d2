import type { SynclineError } from "@syncline/clock"
import type { Conflict } from "../conflict/conflict.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { ValidationIssue } from "../document/validation.ts"
import type { ConflictEvent } from "./conflict-event.ts"
import type { SinkEvent } from "../projection/sink-event.ts"

/** What a replica reports beside the promises it gives. */
export type ReplicaEvent =
  | SinkEvent
  /** What `Conflicts.subscribe` tells, too. */
  | { readonly type: "conflict"; readonly event: ConflictEvent }
  /**
   * An append of this document failed. It is tried again by itself, later and later; `retry()` does so now, `discard()` gives up what was
   * not written. Told once, until `unblocked`.
   */
  | { readonly type: "blocked"; readonly document: DocumentId; readonly error: SynclineError }
  /** What was held back of a blocked document is durable, or was discarded. */
  | { readonly type: "unblocked"; readonly document: DocumentId }
  /** Another writer uses this replica's old name (a copy, a restored backup); it goes on under a new one. */
  | { readonly type: "identity-rotated"; readonly reason: string }
  /** Commits were kept aside: their dots name other commits here, or they were given up. */
  | { readonly type: "quarantined"; readonly document: DocumentId; readonly message: string }
  /** A document's engine state was damaged by received bytes and loaded again; `native` is a new object. */
  | { readonly type: "reloaded"; readonly document: DocumentId }
  /** Stamps from too far in the future were admitted without moving the clock. */
  | { readonly type: "untrusted-stamp"; readonly count: number }
  /** The witness could not be written; the next opening takes a new identity. */
  | { readonly type: "witness-unavailable"; readonly error: SynclineError }
  /** Conflicts in this document cannot be looked for, until it is loaded anew; its content is unharmed. */
  | { readonly type: "conflicts-unknown"; readonly document: DocumentId; readonly error: unknown }
  /** What others or an editor wrote left a document invalid under its collection's schema. Told once, until it is valid again. */
  | { readonly type: "invalid"; readonly document: DocumentId; readonly issues: readonly ValidationIssue[] }
  /** A document that was invalid is valid again. */
  | { readonly type: "valid"; readonly document: DocumentId }
  /** A document cannot be upgraded: it shows as it is stored, and takes no changes. Told once, until it can. */
  | { readonly type: "upgrade-failed"; readonly document: DocumentId; readonly error: SynclineError }
  /**
   * The policy for this record threw, or decided what cannot be done. The record stays open; it is tried again when it changes,
   * when its document is loaded again, and when the replica is opened again.
   */
  | {
      readonly type: "conflict-policy-failed"
      readonly conflict: Conflict
      readonly policy: string
      readonly error: unknown
    }
  /** A subscriber or listener threw. */
  | { readonly type: "listener-failed"; readonly error: unknown }

/** Calls listeners one by one; one that throws harms nobody. */
export class EventHub<Event> {
  /** One entry for each subscription: a function that subscribes twice hears twice. */
  readonly #listeners = new Set<{ readonly hear: (event: Event) => void }>()
  readonly #onThrow: (error: unknown) => void

  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow
  }

  on(hear: (event: Event) => void): () => void {
    const listener = { hear }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: Event): void {
    for (const listener of Array.from(this.#listeners)) {
      // Who has unsubscribed meanwhile hears nothing any more.
      if (!this.#listeners.has(listener)) continue
      try {
        listener.hear(event)
      } catch (error) {
        this.#onThrow(error)
      }
    }
  }
}
