import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SeededRandom } from "@syncline/core/testing"
import { onTestFinished } from "vitest"

/** Where a store is killed; gone when the test is over. */
export function temporaryPlace(): { readonly path: string; readonly stateDirectory: string } {
  const folder = mkdtempSync(join(tmpdir(), "syncline-kill-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { path: join(folder, "store.db"), stateDirectory: join(folder, "state") }
}

/**
 * Kills so often, a store begun anew after `perStore` kills, so that kills while it is being made are among them. What fails names the seed. Gives the
 * sum of what `killRepeatedly` gives, what was acknowledged.
 */
export async function killInRounds(
  kills: number,
  perStore: number,
  killRepeatedly: (random: SeededRandom, count: number) => Promise<number>
): Promise<number> {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = new SeededRandom(seed)
  let acknowledged = 0
  try {
    for (let first = 0; first < kills; first += perStore)
      acknowledged += await killRepeatedly(random, Math.min(perStore, kills - first))
  } catch (cause) {
    throw new Error(`seed ${seed}`, { cause })
  }
  return acknowledged
}
