import type * as A from "@automerge/automerge/slim"

/** Automerge's own document below the JavaScript objects: reads and writes by object id, one open transaction at most. */
export type Handle = ReturnType<typeof A.getBackend>

/** What `Handle.getWithType` gives for a value that is there. */
export type TypedValue = NonNullable<ReturnType<Handle["getWithType"]>>
