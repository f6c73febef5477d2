import type { VerifyMode } from "../consistency/verify-mode.ts"
import { findingCount, type VerifyReport } from "../consistency/verify-report.ts"
import { verify } from "../consistency/verify.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import { hecticSource } from "./hectic-source.ts"
import { SeededRandom } from "./seeded-random.ts"
import type { SinkCase } from "./sink-contract.ts"
import type { SinkFixture } from "./sink-fixture.ts"
import { SinkWorkbench } from "./sink-workbench.ts"
import type { SyntheticSource } from "./synthetic-source.ts"

/** What a run did: so that who counts runs knows that they were of something. */
export interface CleanRun {
  readonly verifications: number
  /** Documents written while verifications were under way. */
  readonly writes: number
  /** Of documents and records that were looked at wholly, and found right. */
  readonly consistent: number
}

/** A sink that nobody damages, with a source of documents. */
type Bench = SinkWorkbench<Pick<SinkFixture, "sink">>

const documents = 24
/** Of each run in the contract. */
const seeds = 3

const modes: readonly VerifyMode[] = [
  { kind: "full" },
  { kind: "documents", prefix: "notes/1" },
  { kind: "documents", ids: ["notes/1", "notes/2", "notes/none"] },
  { kind: "sample", count: 10 },
  { kind: "bloom", rate: 0.001 },
  { kind: "merkle" }
]

/**
 * Verifies a sink that nobody damages in every mode, while documents are written and deleted all the time: nothing may be found.
 *
 * @throws ContractViolation naming seed, mode and finding.
 */
export async function runCleanRun(bench: Bench, seed: number): Promise<CleanRun> {
  const random = new SeededRandom(seed)
  for (let key = 0; key < documents; key++) bench.put(key)
  const projector = await bench.project()
  const writers = new Writers(bench, random)
  let [verifications, consistent] = [0, 0]
  try {
    for (const mode of modes) {
      if (mode.kind === "merkle" && projector.session?.tracking === undefined) continue
      for (const contents of mode.kind === "full" ? [true, false] : [true]) {
        const report = await verify(writers.source, [projector], { mode, contents })
        expectNothing(report, `seed ${seed}, ${JSON.stringify(mode)}`)
        verifications++
        consistent += report.sinks[0]?.counts.consistent ?? 0
      }
    }
  } finally {
    writers.stop()
  }
  await projector.drain()
  assertThat((await bench.verify(projector)).clean, `seed ${seed}: clean at rest`)
  await projector.close()
  return { verifications: verifications + 1, writes: writers.written, consistent }
}

/** A few clean runs, for every sink. */
export const sinkCleanCase: SinkCase = {
  title: "[VF2] beside writers nothing is found in a sink that is right, in any mode",
  check: async fixture => {
    const bench = new SinkWorkbench(fixture)
    for (let seed = 1; seed <= seeds; seed++) {
      const { writes } = await runCleanRun(bench, seed)
      assertThat(writes > 0, "somebody wrote meanwhile")
    }
  }
}

function expectNothing({ sinks }: VerifyReport, what: string): void {
  for (const sink of sinks) {
    assertEqual(sink.error?.message, undefined, `${what}: error`)
    assertEqual([findingCount(sink), sink.findings], [0, []], `${what}: findings`)
  }
}

/** Writes and deletes, some documents more often than others: before and after looks at documents, and now and then beside. */
class Writers {
  readonly source: SyntheticSource
  readonly #bench: Bench
  readonly #random: SeededRandom
  #cancel = (): void => {}
  written = 0

  constructor(bench: Bench, random: SeededRandom) {
    this.#bench = bench
    this.#random = random
    this.source = hecticSource(bench.source, () => this.#write(0.5))
    this.#writeOn()
  }

  stop(): void {
    this.#cancel()
  }

  #writeOn(): void {
    this.#write(1)
    const { timers } = this.#bench.source.ports
    this.#cancel = timers.schedule(this.#random.integer(10), () => this.#writeOn())
  }

  #write(chance: number): void {
    const random = this.#random
    for (let left = random.chance(chance) ? 1 + random.integer(3) : 0; left > 0; left--) {
      const key = random.chance(0.5) ? random.integer(3) : random.integer(documents + 8)
      if (random.chance(0.15)) this.#bench.delete(key)
      else this.#bench.put(key, `n${random.integer(1000)}`)
      this.written++
    }
  }
}
