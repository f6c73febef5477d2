import { automerge } from "../engine/automerge/automerge-engine.ts"
import { useEngine } from "../testing/core-fixture.ts"

// Undoing once more, with documents in the other engine.
await automerge().ready?.()
useEngine(automerge())
await import("./undo-manager.test.ts")
await import("./undo.property.test.ts")
