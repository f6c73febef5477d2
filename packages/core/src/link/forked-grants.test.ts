import { expect, it } from "vitest"
import type { Replica } from "../replica/replica.ts"
import { ForkedFleet, forkedId } from "../testing/core-forked-fleet.ts"
import type { Grant } from "./authorization.ts"
import type { Link } from "./link.ts"

interface Case {
  readonly how: string
  readonly grant: Grant
  /** Whether the reader knows the other branch already. */
  readonly knows: "one" | "both"
  /** Commits of the reader's branch, and of the other one. */
  readonly here: number
  readonly there: number
  /** Other documents: with few of them they are listed, with more a sketch is compared. */
  readonly others: number
}

const nothing = { name: "nothing", mayRead: () => true, mayWrite: () => false }
const grants: readonly (readonly [string, Grant])[] = [
  ["paths", { read: "all", write: [] }],
  ["a rule", { read: "all", documents: nothing }]
]
const lengths = [
  [1, 1],
  [1, 3],
  [3, 1]
] as const

const cases: readonly Case[] = grants.flatMap(([how, grant]) =>
  (["one", "both"] as const).flatMap(knows =>
    lengths.flatMap(([here, there]) => [0, 20].map(others => ({ how, grant, knows, here, there, others })))
  )
)

interface Linked {
  readonly fleet: ForkedFleet
  readonly link: Link
  readonly reader: Replica
  readonly far: Replica
}

/** A reader that has one branch of a document from its author, linked to who is on the other one. */
async function linked({ grant, knows, here, there, others }: Case, isBetterHere: boolean): Promise<Linked> {
  const fleet = new ForkedFleet()
  const twins = await fleet.twins(isBetterHere ? [here, there] : [there, here], others)
  const [author, far] = isBetterHere ? twins : [twins[1], twins[0]]
  const reader = await fleet.open()
  await fleet.read(reader, author)
  if (knows === "both") await fleet.read(reader, far)
  const link = fleet.connect(reader, far, grant)
  expect(await fleet.synced(link)).toBe(true)
  return { fleet, link, reader, far }
}

/** How the two stand to each other, and what the link says of that. */
async function look({ fleet, link, reader, far }: Linked) {
  const order = (await fleet.versionOf(reader)).compare(await fleet.versionOf(far))
  const { status, sync, metrics } = link
  const shown = sync.status.rejected.map(({ document, reason }) => `${document} ${reason}`)
  return {
    isEqual: order === "equal",
    status,
    shown,
    unsynced: sync.isUnsynced(forkedId),
    diverged: metrics.divergences
  }
}

const kept = {
  isEqual: false,
  status: "live",
  shown: [`${forkedId} not-granted`],
  unsynced: true,
  diverged: 0
}

it.each(cases)(
  "[GR62] the better branch is kept apart, not to be written by $how ($here commits against $there, $knows known, $others others)",
  async one => {
    const all = await linked(one, true)
    const { fleet, link, reader, far } = all
    expect(await look(all)).toEqual(kept)
    for (const writer of [far, reader]) {
      await fleet.write(writer)
      expect(await fleet.synced(link)).toBe(true)
      expect(await look(all)).toEqual(kept)
    }
    link.close()
    const open = fleet.connect(reader, far, { read: "all" })
    expect(await fleet.synced(open)).toBe(true)
    expect(await look({ ...all, link: open })).toMatchObject({ isEqual: true, status: "live", shown: [] })
  }
)

it.each(cases)(
  "[GR64] the better branch comes, where by $how nothing is written ($here commits against $there, $knows known, $others others)",
  async one => {
    const all = await linked(one, false)
    expect(await look(all)).toEqual({
      isEqual: true,
      status: "live",
      shown: [],
      unsynced: false,
      diverged: 0
    })
  }
)
