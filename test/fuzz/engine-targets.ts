import { isDeepStrictEqual } from "node:util"
import { isSynclineError } from "@syncline/clock"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import type { Engine, EngineChange, EngineDocument } from "../../packages/core/src/engine/engine.ts"
import { contractShape } from "../../packages/core/src/testing/engine-case.ts"
import { randomChange } from "../../packages/core/src/testing/engine-random.ts"
import { SeededRandom } from "../../packages/core/src/testing/seeded-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"

const lives = 60
const refusals: readonly string[] = ["engine-update-invalid", "engine-identity-reserved", "commit-forked"]

const engines: readonly Engine[] = [yjs(), automerge()]

/** What engines take from peers: updates, and snapshots, loaded or merged. */
export const engineTargets: readonly FuzzTarget[] = engines.flatMap(engine => [
  { name: `${engine.name}/update`, run: random => runUpdate(engine, random) },
  { name: `${engine.name}/snapshot`, run: random => runSnapshot(engine, random) },
  { name: `${engine.name}/merged-snapshot`, run: random => runMerge(engine, random) }
])

/** One update of a history is damaged: it is refused, or gives a document that can be read. */
function runUpdate(engine: Engine, random: FuzzRandom): FuzzOutcome {
  const { before, change } = lifeOf(engine, random)
  const update = random.mangle(change.update)
  return outcome(engine, () => {
    const document = openAt(engine, before)
    document.ensureGenesis(change.containers)
    document.apply([update])
    return document
  })
}

function runSnapshot(engine: Engine, random: FuzzRandom): FuzzOutcome {
  const snapshot = random.mangle(lifeOf(engine, random).after)
  return outcome(engine, () => openAt(engine, snapshot))
}

/**
 * Two that hold other things under one name may be merged to something that Yjs shows in one way now and in another once it is stored: a
 * snapshot is trusted as far as its sender. What is asked here is that it can be read and stored.
 */
function runMerge(engine: Engine, random: FuzzRandom): FuzzOutcome {
  const { before, after } = lifeOf(engine, random)
  const snapshot = random.mangle(after)
  const merge = (): EngineDocument => {
    const document = openAt(engine, before)
    document.applySnapshot(snapshot)
    document.stateKey()
    return openAt(engine, document.snapshot())
  }
  return outcome(engine, merge)
}

function outcome(engine: Engine, make: () => EngineDocument): FuzzOutcome {
  let document: EngineDocument
  try {
    document = make()
  } catch (error) {
    if (refusals.some(code => isSynclineError(error, code))) return "refused"
    throw error
  }
  document.value()
  mustBeStorable(engine, document)
  document.destroy()
  return "accepted"
}

/** What was accepted is stored as what it is, or shows that it cannot be: Automerge takes changes that it cannot save. */
function mustBeStorable(engine: Engine, document: EngineDocument): void {
  let again: EngineDocument
  try {
    again = openAt(engine, document.snapshot())
  } catch (error) {
    if (engine.name === "automerge" && isSynclineError(error, "engine-update-invalid")) return
    throw error
  }
  if (!isDeepStrictEqual(again.value(), document.value()))
    throw new Error("a document that was accepted is stored as another")
  again.destroy()
}

/** A document on its way: as it was before its last change, that change, and as it was after. */
interface Life {
  readonly before: Uint8Array
  readonly change: EngineChange
  readonly after: Uint8Array
}

const made = new Map<string, Life>()

function lifeOf(engine: Engine, random: FuzzRandom): Life {
  const seed = random.below(lives)
  const name = `${engine.name} ${seed}`
  const life = made.get(name) ?? live(engine, new SeededRandom(seed))
  made.set(name, life)
  return life
}

function live(engine: Engine, random: SeededRandom): Life {
  const document = openAt(engine, undefined, random)
  for (let changes = random.integer(12); changes > 0; changes--)
    document.change(randomChange(document, random).operations)
  for (;;) {
    const before = document.snapshot()
    const change = document.change(randomChange(document, random).operations)
    if (change !== undefined) return { before, change, after: document.snapshot() }
  }
}

let openings = 0

function openAt(
  engine: Engine,
  snapshot: Uint8Array | undefined,
  random: SeededRandom = new SeededRandom(++openings)
): EngineDocument {
  const identity = engine.createIdentity(random)
  return engine.open({ shape: contractShape, identity, ...(snapshot === undefined ? {} : { snapshot }) })
}

for (const engine of engines) await engine.ready?.()
