import type { FindingClass } from "../consistency/finding.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import { SeededRandom } from "./seeded-random.ts"
import type { SinkCase } from "./sink-contract.ts"
import type { SinkDamage } from "./sink-fixture.ts"
import { noteId, SinkWorkbench } from "./sink-workbench.ts"

/** One way to damage a record, and what verification must call it. */
export interface DamageKind {
  readonly what: string
  readonly found: FindingClass
  /** Also found where contents are not read. */
  readonly byKeys: boolean
  /** Damages what is under `id`; `other` is another document that is damaged along, if `both`. */
  readonly inflict: (damage: SinkDamage, id: string, other: string) => void | Promise<void>
  readonly both?: boolean
  /** The finding is under this id rather than the document's. */
  readonly at?: (id: string) => string
}

/** Every way there is to tell. */
export const damageKinds: readonly DamageKind[] = [
  {
    what: "changed value",
    found: "mismatch",
    byKeys: false,
    inflict: (sink, id) => sink.setTitle(id, "forged")
  },
  {
    what: "forged with its version intact",
    found: "mismatch",
    byKeys: false,
    inflict: async (sink, id) => {
      await sink.setTitle(id, "forged")
      await sink.setSeal(id)
    }
  },
  {
    what: "wrong type",
    found: "mismatch",
    byKeys: false,
    inflict: (sink, id) => sink.setWrongType(id)
  },
  {
    what: "duplicated chunk",
    found: "mismatch",
    byKeys: true,
    inflict: (sink, id) => sink.duplicateChunk(id)
  },
  {
    what: "text that is no JSON",
    found: "mismatch",
    byKeys: false,
    inflict: (sink, id) => sink.breakJson(id)
  },
  {
    what: "older version",
    found: "stale",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "height", 1n)
  },
  {
    what: "newer version",
    found: "ahead",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "height", 9n)
  },
  {
    what: "absurdly high version",
    found: "ahead",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "height", 9_000_000_000_000_000_000n)
  },
  {
    what: "version beyond the safe integers",
    found: "ahead",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "height", 2n ** 53n + 1n)
  },
  {
    what: "negative version",
    found: "stale",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "height", -1n)
  },
  {
    what: "older generation",
    found: "stale",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "generation", 0n)
  },
  {
    what: "newer mapping",
    found: "ahead",
    byKeys: true,
    inflict: (sink, id) => sink.setKey(id, "projection", 8n)
  },
  {
    what: "another version's digest",
    found: "mismatch",
    byKeys: true,
    inflict: (sink, id) => sink.setDigest(id, new Uint8Array(32))
  },
  {
    what: "digest of another length",
    found: "unreadable",
    byKeys: true,
    inflict: (sink, id) => sink.setDigest(id, new Uint8Array(31))
  },
  {
    what: "forged tombstone",
    found: "mismatch",
    byKeys: true,
    inflict: (sink, id) => sink.setDeleted(id, true)
  },
  { what: "everything deleted", found: "missing", byKeys: true, inflict: (sink, id) => sink.removeAll(id) },
  {
    what: "bookkeeping deleted",
    found: "unreadable",
    byKeys: true,
    inflict: (sink, id) => sink.removeBookkeeping(id)
  },
  {
    what: "row deleted",
    found: "mismatch",
    byKeys: true,
    inflict: (sink, id) => sink.removeRows(id, "notes")
  },
  {
    what: "child rows deleted",
    found: "mismatch",
    byKeys: true,
    inflict: (sink, id) => sink.removeRows(id, "note_tags")
  },
  { what: "child row added", found: "mismatch", byKeys: true, inflict: (sink, id) => sink.addTag(id) },
  {
    what: "swapped ids",
    found: "mismatch",
    byKeys: true,
    both: true,
    inflict: (sink, id, other) => sink.swap(id, other)
  },
  {
    what: "swapped rows",
    found: "mismatch",
    byKeys: false,
    both: true,
    inflict: (sink, id, other) => sink.swapRows(id, other)
  },
  {
    what: "record copied to an id no document has",
    found: "orphan",
    byKeys: true,
    at: id => `${id}-copy`,
    inflict: (sink, id) => sink.copy(id, `${id}-copy`)
  },
  {
    what: "row under an id no document has",
    found: "orphan",
    byKeys: true,
    at: id => `${id}-row`,
    inflict: (sink, id) => sink.addRow(`${id}-row`)
  },
  {
    what: "record under something that is no id",
    found: "orphan",
    byKeys: true,
    at: id => `no id\n${id.replace("/", "")}`,
    inflict: (sink, id) => sink.copy(id, `no id\n${id.replace("/", "")}`)
  }
]

/** Enough that one orphan is no suspicious share. */
const documents = 60

/** Damages, each found with its class and mended, and nothing else touched. */
export const sinkDamageCases: readonly SinkCase[] = [
  ...damageKinds.map(damageCase),
  {
    title: "[RP4] many damages at once are found, each with its class, and mended",
    check: async fixture => {
      const bench = await filled(new SinkWorkbench(fixture))
      for (let seed = 1; seed <= 8; seed++) await damageAtRandom(bench, seed)
    }
  }
]

function damageCase(kind: DamageKind): SinkCase {
  return {
    title: `[RP4] ${kind.what}: found as ${kind.found}, mended, nothing else flagged`,
    check: async fixture => {
      const bench = await filled(new SinkWorkbench(fixture))
      await kind.inflict(fixture.damage, noteId(7), noteId(8))
      const damaged = kind.both === true ? [noteId(7), noteId(8)] : [noteId(7)]
      await expectFoundAndMended(bench, new Map(damaged.map(id => [kind.at?.(id) ?? id, kind])), kind.what)
    }
  }
}

async function damageAtRandom(bench: SinkWorkbench, seed: number): Promise<void> {
  const random = new SeededRandom(seed)
  const expected = new Map<string, DamageKind>()
  for (let at = 0; at + 1 < documents; at += 2) {
    if (random.chance(0.6)) continue
    const kind = random.pick(damageKinds)
    // A few orphans only: more would stop the repair, as they should.
    if (kind.found === "orphan" && random.chance(0.7)) continue
    await kind.inflict(bench.fixture.damage, noteId(at), noteId(at + 1))
    const damaged = kind.both === true ? [at, at + 1] : [at]
    for (const key of damaged) expected.set(kind.at?.(noteId(key)) ?? noteId(key), kind)
  }
  await expectFoundAndMended(bench, expected, `seed ${seed}`)
}

async function filled(bench: SinkWorkbench): Promise<SinkWorkbench> {
  for (let round = 0; round < 2; round++) for (let key = 0; key < documents; key++) bench.put(key)
  for (let key = documents; key < documents + 5; key++) bench.delete(key)
  await (await bench.project()).close()
  return bench
}

async function expectFoundAndMended(
  bench: SinkWorkbench,
  expected: ReadonlyMap<string, DamageKind>,
  what: string
): Promise<void> {
  const projector = await bench.project()
  const byKeys = await bench.verify(projector, { contents: false })
  const report = await bench.verify(projector)
  const found = new Map(report.sinks[0]?.findings.map(finding => [finding.id, finding.class]))
  const classes = [...expected].map(([id, kind]) => [id, kind.found] as const)
  assertEqual(sorted(found), sorted(classes), `${what}: findings`)
  const byIds = await bench.verify(projector, { mode: { kind: "documents", ids: [...expected.keys()] } })
  const foundByIds = new Map(byIds.sinks[0]?.findings.map(finding => [finding.id, finding.class]))
  assertEqual(sorted(foundByIds), sorted(classes), `${what}: findings by ids`)
  const tree = { mode: { kind: "merkle" } } as const
  const isTracked = projector.session?.tracking !== undefined
  if (isTracked) {
    const [byTree] = (await bench.verify(projector, tree)).sinks
    assertEqual(byTree?.error?.message, undefined, `${what}: error by the tree`)
    const foundByTree = new Map(byTree?.findings.map(finding => [finding.id, finding.class]))
    assertEqual(sorted(foundByTree), sorted(classes), `${what}: findings by the tree`)
  }
  const visible = classes.filter(([id]) => expected.get(id)?.byKeys === true).map(([id]) => id)
  const seen = new Set(byKeys.sinks[0]?.findings.map(({ id }) => id))
  assertThat(
    visible.every(id => seen.has(id)) && [...seen].every(id => expected.has(id)),
    `${what}: without contents`
  )
  const mended = await bench.repair(projector, report)
  assertEqual([mended.counts.mended, mended.complete], [expected.size, true], `${what}: mended`)
  if (isTracked) {
    const again = await bench.verify(projector, tree)
    const { coverage } = again.sinks[0] ?? {}
    const looked = coverage?.kind === "merkle" ? coverage.looked : undefined
    assertEqual([again.clean, looked], [true, 0], `${what}: clean by the tree, nothing left to look at`)
  }
  assertEqual((await bench.verify(projector)).clean, true, `${what}: clean afterwards`)
  await projector.close()
}

function sorted<T>(entries: Iterable<readonly [string, T]>): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}
