import type { Cut } from "./commit-table.ts"
import { covers, heightOf } from "./cuts.ts"

/** The engine's snapshot of a document as of a cut. */
export interface Checkpoint {
  readonly cut: Cut
  readonly height: number
  readonly snapshot: Uint8Array
}

/** One for every halving of a history of a million commits, at several places in it. */
const maxCheckpoints = 64

/** What the checkpoints of one document may take together; the one left last stays, whatever its size. */
const maxCheckpointBytes = 16 * 1024 * 1024

/** Places in a document's past from which the commits that follow can be replayed. Those used least go first. */
export class Checkpoints {
  #kept: readonly Checkpoint[] = []

  /** The highest one that is within a cut. */
  below(cut: Cut): Checkpoint | undefined {
    let best: Checkpoint | undefined
    for (const each of this.#kept)
      if (each.height > (best?.height ?? -1) && covers(cut, each.cut)) best = each
    return best
  }

  keep(cut: Cut, snapshot: Uint8Array): Checkpoint {
    const kept = { cut, height: heightOf(cut), snapshot }
    this.use(kept)
    return kept
  }

  /** Marks as used last. */
  use(checkpoint: Checkpoint): void {
    const kept = [...this.#kept.filter(each => each !== checkpoint), checkpoint].slice(-maxCheckpoints)
    let bytes = kept.reduce((sum, { snapshot }) => sum + snapshot.length, 0)
    while (bytes > maxCheckpointBytes && kept.length > 1) bytes -= kept.shift()?.snapshot.length ?? 0
    this.#kept = kept
  }
}
