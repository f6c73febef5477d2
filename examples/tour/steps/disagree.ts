import { isDeepStrictEqual } from "node:util"
import { type Conflict, type Document, type Engine, keyOf } from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import type { Desk } from "../desk.ts"
import { type Package, packages } from "../package-document.ts"
import { type Release, ReleaseTeam, recordsOf, settledOn, versionRule } from "../releases.ts"
import type { Tour } from "../tour.ts"

/** Two people set the same keys of a document offline: on each engine once, with one program. */
export async function disagree(tour: Tour, desk: Desk): Promise<void> {
  tour.step(
    "Disagree",
    "Two people set the same keys offline. It is put on record and settled; and the past can be read. On both engines."
  )
  const source = await choosePackage(tour, desk)
  for (const engine of [yjs(), automerge()]) {
    const team = await ReleaseTeam.open(tour, engine)
    await onOneEngine(tour, engine, team, source)
    await team.close()
  }
}

async function onOneEngine(
  tour: Tour,
  { name }: Engine,
  team: ReleaseTeam,
  source: Document<Package>
): Promise<void> {
  const key = keyOf(source.id)
  const first: Release = { version: source.value.version, license: source.value.license }
  const [hers, his] = [await team.on(team.ada, key), await team.on(team.bob, key)]
  await hers.change(draft => void Object.assign(draft, first), by("Importer")).durable
  await team.synced()
  const asImported = hers.version

  await team.cut()
  const [byAda, byBob] = releasesAfter(first)
  await hers.change(draft => void Object.assign(draft, byAda), by("Ada")).durable
  await his.change(draft => void Object.assign(draft, byBob), by("Bob")).durable
  await team.plugIn()
  for (const replica of [team.ada, team.bob]) await settledOn(replica, "version")
  await team.synced()

  const [onAda, onBob] = [await recordsOf(team.ada), await recordsOf(team.bob)]
  const [version, license] = [onAda.get("version"), onAda.get("license")]
  tour.say(`${name}: ${key}, ${described(license)}`)
  tour.check(
    `${name}: a record for each of the two keys, equal on both replicas: who, when, what`,
    onAda.size === 2 &&
      isDeepStrictEqual(onAda, onBob) &&
      says(version, [`Ada: "${byAda.version}"`, `Bob: "${byBob.version}"`]) &&
      says(license, [`Ada: "${byAda.license}"`, `Bob: "${byBob.license}"`])
  )
  tour.check(
    `${name}: our own rule settled the version: the higher one, ${byBob.version}`,
    version?.rule === versionRule && [hers, his].every(({ value }) => value.version === byBob.version)
  )
  await decide(tour, name, team, license, key)
  const then = await his.at(asImported)
  tour.check(
    `${name}: the past is there: as imported it was ${first.version}, ${shown(first.license)}`,
    isDeepStrictEqual(then.value, first)
  )
  const { entries } = await his.history()
  tour.say(`${name}: its history: ${entries.map(({ meta }) => authorIn(meta) ?? "a rule").join(", ")}`)
  tour.figure(
    `${name}: conflicts on record`,
    `${onAda.size}, settled by ${version?.rule ?? "nobody"} and by hand`
  )
}

/** The licence waits for a person: it is in the queue of both, and once answered in none. */
async function decide(
  tour: Tour,
  name: string,
  team: ReleaseTeam,
  license: Conflict | undefined,
  key: string
): Promise<void> {
  const waiting = license?.state === "open"
  const hers = await team.on(team.ada, key)
  if (license !== undefined)
    await (
      await hers.resolve(license, draft => void Object.assign(draft, { license: "0BSD OR ISC" }), by("Ada"))
    ).durable
  await team.synced()
  const record = (await recordsOf(team.bob)).get("license")
  const his = await team.on(team.bob, key)
  tour.check(
    `${name}: the licence waited for a person; Ada answered, and Bob's replica knows`,
    waiting &&
      record?.state === "resolved" &&
      record.resolution?.author === "Ada" &&
      his.value.license === "0BSD OR ISC"
  )
}

/** One whose version is plain numbers: there is a higher one. */
async function choosePackage(tour: Tour, { replica }: Desk): Promise<Document<Package>> {
  const fitting: Document<Package>[] = []
  for await (const id of replica.list(packages.name)) {
    const document = await replica.load(packages, keyOf(id))
    if (!document.deleted && /^\d+\.\d+\.\d+$/.test(document.value.version)) fitting.push(document)
  }
  const [chosen] = tour.choose(fitting, 1)
  if (chosen === undefined) throw new Error("none of the packages has a plain version")
  return chosen
}

/** Versions that are in another order as numbers than as texts, and licences that are not the one it has. */
function releasesAfter({ version, license }: Release): readonly [Release, Release] {
  const [major] = version.split(".")
  const [hers = "", his = ""] = ["MIT", "Apache-2.0", "ISC"].filter(each => each !== license)
  return [
    { version: `${Number(major) + 1}.9.0`, license: hers },
    { version: `${Number(major) + 1}.10.0`, license: his }
  ]
}

function by(author: string): { readonly meta: { readonly author: string } } {
  return { meta: { author } }
}

function authorIn(meta: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return typeof meta?.["author"] === "string" ? meta["author"] : undefined
}

function says(record: Conflict | undefined, expected: readonly string[]): boolean {
  const sides = record?.sides.map(({ author, value }) => `${author}: ${JSON.stringify(value)}`).toSorted()
  return isDeepStrictEqual(sides, expected)
}

function described(record: Conflict | undefined): string {
  if (record === undefined) return "nothing on record"
  const sides = record.sides.map(({ author, value }) => `${author} ${JSON.stringify(value)}`)
  return `${record.kind} at ${(record.path ?? []).join(".")}: ${sides.join(", ")}`
}

function shown(license: string): string {
  return license === "" ? "no licence" : license
}
