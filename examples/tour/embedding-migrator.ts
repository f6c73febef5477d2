// Moves the READMEs to another embedding until it is killed, and says a line for each call of the embedder. Argument: where, as JSON.
import { writeSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { type EmbeddingPlace, openEmbeddingMigration } from "./embedding-migration.ts"

const place = JSON.parse(process.argv[2] ?? "") as EmbeddingPlace

/** A model takes longer than hashing does. */
const callMs = 100

const { migration } = await openEmbeddingMigration(place, async () => {
  // Past the buffers of the process, which die with it.
  writeSync(1, "call\n")
  await setTimeout(callMs)
})
await migration.reached("cutover")
