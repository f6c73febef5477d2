import { SynclineError } from "@syncline/clock"

/**
 * Everything that can go wrong in `@syncline/core` and the adapters, by code.
 * Codes are stable; messages are for people and may change.
 */
export type CoreErrorCode =
  /** An option is missing or of the wrong kind; for callers without a type checker. */
  | "options-invalid"
  /** A document id is not `collection/key`, or a part is empty, too long or has a control character. */
  | "document-id-invalid"
  /** The document is deleted; `undelete()` it before changing it. */
  | "document-deleted"
  /** Stored bytes of this document do not decode or do not load; nothing was changed, see `cause`. */
  | "document-unreadable"
  /** The last append of this document failed; `retry()` or `discard()` its pending changes first. */
  | "document-blocked"
  /** Stored or received content is of another engine than the one its collection names here. */
  | "engine-unknown"
  /** What an engine needs (WebAssembly) is not loaded, or could not be; see `cause`. */
  | "engine-unavailable"
  /** Code that is loaded when it is first needed could not be fetched; see `cause`. The next call tries again; some browsers need the page loaded anew. */
  | "code-unavailable"
  /** An engine refused update or snapshot bytes. */
  | "engine-update-invalid"
  /** Engine bytes define content under an identity reserved for genesis. */
  | "engine-identity-reserved"
  /** A value cannot be stored in a document (function, symbol, NaN, cycle, unsupported object). */
  | "value-unsupported"
  /** A change would leave a document's value invalid under its collection's schema; `details.issues` says what is wrong. */
  | "value-invalid"
  /** The schema of a collection validates asynchronously; a change cannot wait for it. */
  | "validator-async"
  /** A collection's upgrade threw, or did what no document can; see `cause`. */
  | "upgrade-failed"
  /** The document was written by an app with a newer version of its collection; update this one before changing it. */
  | "schema-newer"
  /** A JSON Patch is none, or does not fit the document; `details.index` says which operation. */
  | "patch-invalid"
  /** A `test` operation of a JSON Patch found another value; nothing was changed. */
  | "patch-test-failed"
  /** A draft was used as no draft can be: after its change, asynchronously, sorted in place, with holes. */
  | "draft-invalid"
  /** An operation names a path which does not exist or is of another kind. */
  | "path-invalid"
  /** Two declared container paths collide, or a declaration is not valid. */
  | "shape-invalid"
  /** A change was made from inside a transaction or an observer of the native document; make it afterwards. */
  | "transaction-open"
  /** A subdocument was put into a document; its edits would be invisible. */
  | "subdocument-unsupported"
  /** Bytes are not a commit batch, head, snapshot or frame of a version we know. */
  | "codec-invalid"
  /** Bytes exceed a limit of the decoder. */
  | "codec-limit"
  /** Bytes fail their checksum. */
  | "codec-corrupt"
  /** A commit breaks the rules of its chain (hash, dependency, claimed deletion). */
  | "commit-invalid"
  /** The commit's dependencies are not here. */
  | "commit-missing-dependency"
  /** Two different commits carry one dot. */
  | "commit-forked"
  /** A version is older than what this replica keeps commit by commit; see `ReplicaOptions.retainCommits`. */
  | "version-before-base"
  /** A version names a commit that is not here, or another one than is here. */
  | "version-unknown"
  /** A version has a commit without one that it builds on; versions made by the library never do. */
  | "version-incomplete"
  /** The store was made by something else. */
  | "store-foreign"
  /** The store was written by a newer version of Syncline; upgrade, or open a copy made before. */
  | "store-newer"
  /** Stored bytes are damaged; `checkIntegrity` names what. */
  | "store-corrupt"
  /** Another process or session writes to this store. */
  | "store-locked"
  /** The store is closed. */
  | "store-closed"
  /** The backend failed: disk full, I/O error, busy for too long; see `cause`. */
  | "store-failed"
  /** An append did not continue the log where it ends. */
  | "store-conflict"
  /** No writable place for the identity witness; choose `identity` explicitly. */
  | "witness-unavailable"
  /** The replica is closed. */
  | "replica-closed"
  /** A commit's `projected` names a sink that does not exist, or the sink did not confirm in time. */
  | "projection-unknown-sink"
  | "projection-pending"
  /** A projection definition is not valid. */
  | "projection-invalid"
  /** The mapping threw for this document or gave a value its column cannot hold; the document is parked for that sink. */
  | "projection-refused"
  /** An embedder cannot be reached, hangs, or answers with what no vectors are; it is tried again. See `cause`. */
  | "embedding-failed"
  /** An embedder takes other texts, but not this one. See `cause`. */
  | "embedding-refused"
  /** An embedder gave something else than one vector of its length for each text. */
  | "embedding-invalid"
  /** A search names a table, column or number of dimensions that is not there. */
  | "query-invalid"
  /** A sink failed; see `cause`. */
  | "sink-failed"
  /** A sink does not take the content of a document in this batch (a constraint, a limit of its backend); others it does. See `cause`. */
  | "sink-refused"
  /** A sink's server refuses who asks: a wrong or missing key, or one that may not write. It is tried again. */
  | "sink-unauthorized"
  /** The sink holds tables or records which are not ours or of another definition. */
  | "sink-foreign"
  /** Another writer raised the generation, changed the mapping or took the lease, or the sink was emptied, put back or replaced under this session: it is opened anew. */
  | "sink-fenced"
  /** Another writer holds the lease of the sink; this one waits until it is free. */
  | "sink-leased"
  /** A verification cannot go on from this token: another store's, another question's, or the sink was projected anew since. */
  | "verification-stale"
  /** A sink cannot be verified by its tree: it keeps none, or something happened by which changes may have gone by unseen; a full verification is due. Or, in a migration, it is always behind. */
  | "verification-unsure"
  /** A migration cannot do this in the phase it is in; its `status` says which that is. */
  | "migration-phase"
  /** A migration stopped: the message says why, and what `retry` needs; the former sink serves on. */
  | "migration-failed"
  /** The other side broke the protocol; the link was closed, the replica is unharmed. */
  | "protocol-violation"
  /** A frame exceeds the limit both sides agreed on. */
  | "frame-limit"
  /** No version of the protocol is spoken by both sides. */
  | "protocol-unsupported"
  /** The other side of a link has all that is here of a document, or may get it; or it has nothing of it (`details.absent`), and there is nothing to go back to. */
  | "nothing-to-give-up"
  /** The link is closed; `closeReason` says why. */
  | "link-closed"
  /** The operation was cancelled through its `AbortSignal`. */
  | "aborted"

/** Builds the one error type with a code of this package. `details` must be plain data. */
export function coreError(
  code: CoreErrorCode,
  message: string,
  options?: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> }
): SynclineError<CoreErrorCode> {
  return new SynclineError<CoreErrorCode>(code, message, options)
}
