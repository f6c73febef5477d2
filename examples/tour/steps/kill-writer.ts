import { count, counted } from "../format.ts"
import { openJournals } from "../journals.ts"
import { killWriter, type LastWords } from "../killed-writer.ts"
import type { Tour } from "../tour.ts"

interface Found {
  /** Entries of each document. */
  readonly entries: readonly (readonly number[])[]
  readonly actor: string
  readonly problems: number
}

/** A process that writes is killed at random moments; what it acknowledged must be there. */
export async function killWriters(tour: Tour): Promise<void> {
  tour.step(
    "Kill",
    "A process that commits as fast as it can dies by SIGKILL, again and again, on one store."
  )
  const path = tour.path("killed.db")
  const rounds = tour.quick ? 2 : 5
  const acknowledged = new Set<string>()
  const lost = new Set<string>()
  const actors = new Set<string>()
  for (let round = 1; round <= rounds; round++) {
    const words = await killWriter(path, tour.stateDirectory, tour.random.integer(400))
    for (const each of words.acknowledged) acknowledged.add(each)
    const found = await lookInto(path, tour.stateDirectory)
    actors.add(words.actor).add(found.actor)
    for (const each of missingFrom(found, acknowledged)) lost.add(each)
    checkRound(tour, round, words, lost.size, found)
  }
  tour.check("it is still the same replica: one identity through all of it", actors.size === 1)
  tour.figure(
    "commits acknowledged by killed writers",
    `${count(acknowledged.size)}, ${count(lost.size)} lost`
  )
}

async function lookInto(path: string, stateDirectory: string): Promise<Found> {
  const { replica, journals } = await openJournals(path, stateDirectory)
  const found = {
    entries: journals.map(({ value }) => value.entries),
    actor: replica.actor,
    problems: (await replica.checkIntegrity()).length
  }
  await replica.close()
  return found
}

function checkRound(
  tour: Tour,
  round: number,
  words: LastWords,
  lost: number,
  { entries, problems }: Found
): void {
  const inOrder = entries.every(each => each.every((entry, at) => entry === at))
  tour.check(
    `round ${round}: ${counted(words.acknowledged.length, "commit")} acknowledged before the kill, ${lost} lost, ${problems} integrity problems`,
    words.acknowledged.length > 0 && lost === 0 && inOrder && problems === 0
  )
}

function missingFrom({ entries }: Found, acknowledged: ReadonlySet<string>): string[] {
  const there = new Set(entries.flatMap((each, document) => each.map(entry => `${document} ${entry}`)))
  return [...acknowledged].filter(each => !there.has(each))
}
