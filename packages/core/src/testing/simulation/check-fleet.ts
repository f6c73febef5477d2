import { decodeCommits } from "../../codec/commit-decoder.ts"
import { toHex } from "../../codec/hex.ts"
import type { Version } from "../../commit/version.ts"
import type { DocumentId } from "../../document/document-id.ts"
import { quarantineSpace } from "../../replica/quarantine.ts"
import type { Document } from "../../replica/document.ts"
import type { AsideCommit } from "./commit-ledger.ts"
import { sourcesOf } from "./flows.ts"
import type { Machine } from "./machine.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

/** What one replica holds of one document. */
interface Holding {
  readonly version: Version
  /** Value and deletion, as text. */
  readonly shown: string
}

type Holdings = ReadonlyMap<DocumentId, Holding>

/**
 * Looks at one document of one machine in the middle of everything.
 *
 * @throws Violation `incomplete` or `unequal`
 */
export async function checkSample(world: World, machine: Machine, id: string): Promise<void> {
  const { replica } = machine
  const document = await replica?.load(id)
  if (document === undefined || replica !== machine.replica) return
  world.ledger.assertComplete(machine.name, document.id, document.version)
  checkSeen(world, machine, document.id, holdingOf(document))
}

/**
 * Looks at everything a healed fleet holds.
 *
 * @throws Violation for the first promise that is broken.
 */
export async function checkFleet(world: World): Promise<void> {
  const holdings = new Map<Machine, Holdings>()
  for (const machine of world.machines) holdings.set(machine, await world.time.during(holdingsOf(machine)))
  for (const [machine, held] of holdings) checkMachine(world, machine, held)
  checkAside(world)
  checkLost(world, holdings)
  for (const held of holdings.values())
    for (const [id, { version }] of held) world.trace.addBytes(id, version.digest(id))
}

/**
 * Opens one machine again and compares what it shows with what it showed.
 *
 * @throws Violation `not-as-stored`
 */
export async function checkStored(world: World, machine: Machine): Promise<void> {
  const before = await world.time.during(holdingsOf(machine))
  await world.time.during(machine.close())
  await world.time.during(machine.open())
  const after = await world.time.during(holdingsOf(machine))
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [shown, stored] = [describe(id, before.get(id)), describe(id, after.get(id))]
    if (shown !== stored)
      throw new Violation(
        "not-as-stored",
        `${machine.name} showed ${id} as ${shown}, and opened again as ${stored}`
      )
  }
}

function describe(id: DocumentId, holding: Holding | undefined): string {
  return holding === undefined
    ? "nothing"
    : `${toHex(holding.version.digest(id).subarray(0, 8))} ${holding.shown}`
}

async function holdingsOf({ replica }: Machine): Promise<Holdings> {
  const holdings = new Map<DocumentId, Holding>()
  if (replica === undefined) return holdings
  for await (const id of replica.list()) {
    holdings.set(id, holdingOf(await replica.load(id)))
  }
  return holdings
}

function holdingOf({ version, value, deleted }: Document): Holding {
  return { version, shown: `${deleted ? "deleted " : ""}${JSON.stringify(value)}` }
}

function checkMachine(world: World, machine: Machine, held: Holdings): void {
  const { name } = machine
  for (const [id, holding] of held) {
    const { version } = holding
    world.ledger.assertNoneInvented(name, id, version)
    world.ledger.assertComplete(name, id, version)
    const foreign = version.entries.find(({ hash }) => !world.holds.mayHold(machine.index, id, toHex(hash)))
    if (foreign !== undefined)
      throw new Violation(
        "leaked",
        `${name} holds ${foreign.actor}:${foreign.seq} of ${id}, which never was granted to it`
      )
    checkSeen(world, machine, id, holding)
  }
}

/** Whoever holds the same version shows the same, synced with each other or not, now or before. */
function checkSeen({ seen }: World, { name }: Machine, id: DocumentId, { version, shown }: Holding): void {
  const key = `${id} ${toHex(version.digest(id))}`
  const other = seen.get(key)
  if (other === undefined) seen.set(key, { name, shown })
  else if (other.shown !== shown)
    throw new Violation(
      "unequal",
      `${other.name} and ${name} held the same version of ${id} and showed ${other.shown} and ${shown}`
    )
}

/** Only what two wrote under one name is put aside, durable or not when the other one came, and what builds on it. */
function checkAside(world: World): void {
  const shared = new Set(
    world.machines
      .flatMap(asideOn)
      .flatMap(({ document, actor }) => (world.sharedNames.has(actor) ? [document] : []))
  )
  for (const machine of world.machines)
    for (const { document, actor, seq } of asideOn(machine))
      if (!world.ledger.isForked(document) && !shared.has(document))
        throw new Violation(
          "quarantined",
          `${machine.name} keeps ${actor}:${seq} of ${document} aside, where nobody shared a name`
        )
}

function checkLost(world: World, holdings: ReadonlyMap<Machine, Holdings>): void {
  let kept: readonly AsideCommit[] | undefined
  const aside = () => (kept ??= world.machines.flatMap(asideOn))
  for (const document of world.ledger.claimed) {
    const sources = sourcesOf(world.machines.length, world.lines, document)
    for (const [index, from] of sources.entries()) {
      // Whoever takes from each other holds the same; that was compared before.
      if (from.some(other => other < index && sources[other]?.includes(index) === true)) continue
      const held = holdings.get(world.machine(index))?.get(document)?.version
      world.ledger.assertNoneLost(from, document, held, aside)
    }
  }
}

function asideOn({ disk }: Machine): readonly AsideCommit[] {
  return disk
    .values(quarantineSpace)
    .flatMap(value => decodeCommits(value))
    .map(({ document, dot, update }) => ({ document, actor: dot.actor, seq: dot.seq, update }))
}
