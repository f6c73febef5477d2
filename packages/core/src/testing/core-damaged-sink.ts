import type { FindingClass } from "../consistency/finding.ts"
import type { VerifyMode } from "../consistency/verify-mode.ts"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import { verify } from "../consistency/verify.ts"
import type { VerifyReport } from "../consistency/verify-report.ts"
import type { Projector } from "../projection/projector.ts"
import { defineProjection } from "../projection/projection.ts"
import type { Sink } from "../projection/sink.ts"
import { hecticSource } from "./hectic-source.ts"
import { MemorySinkDamage } from "./memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "./memory-sink.ts"
import { SeededRandom } from "./seeded-random.ts"
import { type DamageKind, damageKinds } from "./sink-damage-cases.ts"
import { contractTables } from "./sink-fixture.ts"
import { noteId, SinkWorkbench } from "./sink-workbench.ts"
import { VirtualTime } from "./virtual-time.ts"
import { SyntheticSource } from "./synthetic-source.ts"

/** Documents `notes/0` and on. */
const documents = 40

type DamagedBench = SinkWorkbench<{ sink: () => Sink; damage: MemorySinkDamage }>

/** A sink with damages drawn from a seed, and what of them each mode must find. */
export class DamagedSink {
  readonly source: SyntheticSource
  readonly bench: DamagedBench
  /** By the id it shows under. */
  readonly expected: ReadonlyMap<string, DamageKind>
  readonly #random: SeededRandom
  readonly #time: VirtualTime
  readonly #projector: Projector
  #writes = false

  private constructor(
    random: SeededRandom,
    time: VirtualTime,
    bench: DamagedBench,
    projector: Projector,
    expected: ReadonlyMap<string, DamageKind>
  ) {
    this.#random = random
    this.#time = time
    this.source = bench.source
    this.bench = bench
    this.#projector = projector
    this.expected = expected
  }

  static async make(seed: number): Promise<DamagedSink> {
    const random = new SeededRandom(seed)
    const time = new VirtualTime()
    const source = new SyntheticSource(time.ports(random))
    const place = new MemorySinkPlace()
    const mapping = defineProjection(contractTables)
    const damage = new MemorySinkDamage(place)
    const bench = new SinkWorkbench(
      { sink: () => memorySink(place, { projection: mapping, tracking: true }), damage },
      source
    )
    for (let round = 0; round < 2; round++) for (let key = 0; key < documents; key++) bench.put(key)
    const projector = await time.during(bench.project())
    return new DamagedSink(random, time, bench, projector, await damageAtRandom(random, bench))
  }

  /** Verifies, with somebody writing before and after each look at the documents. */
  async verify(mode: VerifyMode, options: VerifyOptions = {}): Promise<VerifyReport> {
    this.#writes = true
    try {
      return await this.#time.during(
        verify(
          hecticSource(this.source, () => this.#write()),
          [this.#projector],
          { mode, ...options }
        )
      )
    } finally {
      this.#writes = false
      await this.#time.during(this.#projector.drain())
    }
  }

  /** What should be found, as sorted pairs, of those for which it holds. */
  classes(holds: (id: string, kind: DamageKind) => boolean): readonly (readonly [string, FindingClass])[] {
    const held = [...this.expected].filter(([id, kind]) => holds(id, kind))
    return held.map(([id, { found }]) => [id, found] as const).sort(byId)
  }

  /** Position of a document's newest record. */
  async positionOf(id: string): Promise<number> {
    return (await this.source.loadHead(id as ReturnType<typeof noteId>))?.position ?? 0
  }

  /** Damaged documents are left alone: writing them would mend them. */
  #write(): void {
    if (!this.#writes || this.#random.chance(0.5)) return
    const key = 2 * this.#random.integer(documents)
    if (!this.expected.has(noteId(key))) this.bench.put(key)
  }
}

async function damageAtRandom(
  random: SeededRandom,
  { fixture }: DamagedBench
): Promise<Map<string, DamageKind>> {
  const expected = new Map<string, DamageKind>()
  for (let at = 0; at + 1 < documents; at += 2) {
    if (random.chance(0.6)) continue
    const kind = random.pick(damageKinds)
    await kind.inflict(fixture.damage, noteId(at), noteId(at + 1))
    const damaged = kind.both === true ? [at, at + 1] : [at]
    for (const key of damaged) expected.set(kind.at?.(noteId(key)) ?? noteId(key), kind)
  }
  return expected
}

/** What was found, as sorted pairs. */
export function foundIn(report: VerifyReport): readonly (readonly [string, FindingClass])[] {
  const findings = report.sinks.flatMap(sink => sink.findings)
  return findings.map(finding => [finding.id, finding.class] as const).sort(byId)
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
