import { automerge } from "../engine/automerge/automerge-engine.ts"
import { useEngine } from "../testing/core-fixture.ts"

// History once more, with documents in the other engine.
await automerge().ready?.()
useEngine(automerge())
await import("./history-page.test.ts")
await import("./history.property.test.ts")
await import("./past.test.ts")
await import("./revert.test.ts")
