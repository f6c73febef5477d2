import { automerge } from "../engine/automerge/automerge-engine.ts"
import { useEngine } from "../testing/core-fixture.ts"

// Auditing once more, with documents in the other engine.
await automerge().ready?.()
useEngine(automerge())
await import("./audit-crash.property.test.ts")
await import("./audit-entry.test.ts")
await import("./audit-trail.test.ts")
await import("./audit.property.test.ts")
