import { automerge } from "../engine/automerge/automerge-engine.ts"
import { useEngine } from "../testing/core-fixture.ts"

// The suites of replicas once more, with documents in the other engine: what they say of commits, forks and folding
// depends on what an engine promises, and Yjs keeps more than it does.
await automerge().ready?.()
useEngine(automerge())
await import("./captures.test.ts")
await import("./compaction.test.ts")
await import("./convergence.property.test.ts")
await import("./crash.property.test.ts")
await import("./current-snapshots.test.ts")
await import("./delta.test.ts")
await import("./folded-forks.test.ts")
await import("./forks.property.test.ts")
await import("./forks.test.ts")
await import("./identity.property.test.ts")
await import("./identity.test.ts")
await import("./native-edits.test.ts")
await import("./receiver.test.ts")
await import("./root-index.property.test.ts")
await import("./snapshot-merge.test.ts")
