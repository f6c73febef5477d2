import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { SeededRandom } from "@syncline/core/testing"
import { batchDocuments, countedId, MigrationPlace } from "./migration-place.ts"

/** What to do in which folder. */
export interface KillOrder {
  readonly folder: string
  readonly documents: number
  readonly kills: number
  readonly seed: number
  readonly say: (line: string) => void
}

/** What was seen. */
export interface KillOutcome {
  readonly kills: number
  /** Migrations that came to their end. */
  readonly migrations: number
  /** Edits that were told to be durable. */
  readonly edits: number
  /** Phases a process was killed in, with how often. */
  readonly killedIn: Readonly<Record<string, number>>
  /** Documents given to new sinks beyond those that there were and the edits made; at most a batch for each kill. */
  readonly repeated: number
}

/**
 * Migrates one store again and again, each time to a sink of its own, and kills the process that does it at random moments, so many in all. Each time it
 * comes to its end, everything is looked at.
 *
 * @throws Error when something was lost, is wrong, or was written too often.
 */
export async function killMigrations(order: KillOrder): Promise<KillOutcome> {
  const { folder, documents, kills, seed, say } = order
  const random = new SeededRandom(seed)
  const killedIn: Record<string, number> = {}
  const edits = new Map<number, number>()
  let [done, round, told, repeated] = [0, 1, 0, 0]
  await runChild(["fill", folder, `${documents}`], undefined, () => false)
  while (done < kills) {
    let [given, killsHere, editsHere] = [0, 0, 0]
    for (let isOver = false; !isOver; ) {
      const aim = done < kills ? aimOf(random, documents) : undefined
      let [lines, phase] = [0, "opening"]
      const args = ["migrate", folder, `${documents}`, `${round}`, `${random.integer(2 ** 31)}`]
      isOver = await runChild(args, aim, line => {
        const [word = "", first = "", second = ""] = line.split(" ")
        lines++
        if (word === "apply") given += Number(first)
        else if (word === "edit") {
          edits.set(Number(first), Number(second))
          editsHere++
        } else if (word !== "open") phase = word
        return lines > (aim?.lines ?? Number.POSITIVE_INFINITY) || word === aim?.phase
      })
      if (isOver) continue
      killsHere++
      done++
      killedIn[phase] = (killedIn[phase] ?? 0) + 1
    }
    const tooMany = given - documents - editsHere
    // An edit may have become durable in the moment in which nobody could say so any more.
    if (tooMany > killsHere * (batchDocuments + 1))
      throw new Error(`${tooMany} documents were given again for ${killsHere} kills`)
    repeated += Math.max(0, tooMany)
    told += editsHere
    await expectAll(folder, round, documents, edits)
    say(`${round} migrations, ${done} kills, ${told} edits, ${repeated} documents given again`)
    round++
  }
  return { kills: done, migrations: round - 1, edits: told, killedIn, repeated }
}

/** When a process is killed: so long after so many lines, after a phase was reached, or after it was started. */
interface Aim {
  readonly lines?: number
  readonly phase?: string
  readonly startMs?: number
  readonly delayMs: number
}

const phases = ["backfill", "catch-up", "verify", "cutover", "soak", "done"]

/** Opening and the phases after the backfill are short: a moment drawn evenly would hardly ever lie there. */
function aimOf(random: SeededRandom, documents: number): Aim {
  const delayMs = random.integer(30)
  const draw = random.next()
  if (draw < 0.15) return { startMs: random.integer(1500), delayMs: 0 }
  if (draw < 0.5) return { phase: random.pick(phases), delayMs }
  return { lines: random.integer(10 + documents / 500), delayMs }
}

/** Opens what is left, as an application would. */
async function expectAll(
  folder: string,
  round: number,
  documents: number,
  edits: ReadonlyMap<number, number>
): Promise<void> {
  const { replica, migration } = await new MigrationPlace(folder, round).open()
  const { phase, serving } = migration.status
  const report = await replica.verify()
  const missing: string[] = []
  for (const [n, count] of edits) {
    const { value } = await replica.load(countedId(n))
    if (Number(value["edits"]) < count) missing.push(countedId(n))
  }
  await replica.close()
  const checked = report.sinks[0]?.counts.consistent
  const right = report.clean && checked === documents && report.sinks.length === 1
  if (phase !== "done" || serving !== `new-${round}` || !right || missing.length > 0)
    throw new Error(JSON.stringify({ phase, serving, report, missing: missing.slice(0, 10) }))
}

/** Runs a child until it ends, or is killed as aimed, where `hear` says that this was the line; says whether it came to its end. */
async function runChild(
  args: readonly string[],
  aim: Aim | undefined,
  hear: (line: string) => boolean
): Promise<boolean> {
  const script = fileURLToPath(new URL("migration-child.ts", import.meta.url))
  const child = spawn(process.execPath, ["--conditions=@syncline/source", "--no-warnings", script, ...args], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  const orphanGuard = (): void => void child.kill("SIGKILL")
  process.once("exit", orphanGuard)
  const killAfter = (ms: number): void => void setTimeout(() => child.kill("SIGKILL"), ms)
  if (aim?.startMs !== undefined) killAfter(aim.startMs)
  let [pending, errors, isOver] = ["", "", false]
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()))
  child.stdout.on("data", (data: Buffer) => {
    const lines = (pending + data.toString()).split("\n")
    pending = lines.pop() ?? ""
    for (const line of lines) {
      isOver ||= line === "over"
      if (hear(line)) killAfter(aim?.delayMs ?? 0)
    }
  })
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (_, by) => resolve(by))
  })
  process.off("exit", orphanGuard)
  if (signal !== "SIGKILL" && !isOver) throw new Error(`the process ended by itself:\n${errors}`)
  return isOver
}
