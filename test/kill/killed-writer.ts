import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** How a writer is started and when it is killed. */
export interface KillPlan {
  readonly path: string
  readonly stateDirectory: string
  readonly seed: number
  readonly durability: "power" | "process"
  /** Which program writes; default `store-writer.ts`. All take the same arguments. */
  readonly writer?: string
  /** Killed once it has said that many lines: 1 while it opens the store, more while it writes. */
  readonly afterLines: number
  /** Called while the writer has the store open, before it is killed; not for writers killed earlier. */
  readonly whileOpen?: () => Promise<void>
}

/** Runs a writer process, kills it with SIGKILL, and gives the last batch it acknowledged (0 for none). */
export async function runKilledWriter(plan: KillPlan): Promise<number> {
  const lines = await runUntilKilled(plan)
  return Number(lines.findLast(line => /^\d+$/.test(line)) ?? 0)
}

/** Runs a writer process, kills it with SIGKILL, and gives the lines it had said. */
export async function runUntilKilled(plan: KillPlan): Promise<readonly string[]> {
  const { path, stateDirectory, seed, durability, afterLines, whileOpen } = plan
  const writer = fileURLToPath(new URL(plan.writer ?? "store-writer.ts", import.meta.url))
  const child = spawn(
    process.execPath,
    ["--conditions=@syncline/source", "--no-warnings", writer, path, stateDirectory, `${seed}`, durability],
    { stdio: ["ignore", "pipe", "pipe"] }
  )
  const lines: string[] = []
  let errors = ""
  let pending = ""
  let opened: Promise<void> | undefined
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()))
  child.stdout.on("data", (data: Buffer) => {
    const parts = (pending + data.toString()).split("\n")
    pending = parts.pop() ?? ""
    lines.push(...parts)
    if (lines.includes("open")) opened ??= whileOpen?.() ?? Promise.resolve()
    if (lines.length >= afterLines) void (opened ?? Promise.resolve()).finally(() => child.kill("SIGKILL"))
  })
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (_, by) => resolve(by))
  })
  await opened
  if (signal !== "SIGKILL") throw new Error(`the writer ended by itself:\n${errors}`)
  return lines
}
