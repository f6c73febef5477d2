import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { runCommand, runNode } from "../workspace/run-command.ts"

/** What the first program of a stranger came to: what went wrong, and under which Nodes it ran or did not. */
export interface SmokeResult {
  readonly problems: readonly string[]
  readonly note: string
}

// What the packages' manifests promise; the workspace's own Node is newer.
const oldest = "22"
const script = "smoke.mjs"

/** Runs `scripts/consumer/smoke.mjs` in a folder where the packages are installed, on this Node and the oldest promised. */
export async function consumerSmoke(home: string): Promise<SmokeResult> {
  copyFileSync(join(import.meta.dirname, "..", "consumer", script), join(home, script))
  const newest = await runNode([script], { cwd: home })
  const problems = newest.code === 0 ? [] : [`${script} on Node ${process.versions.node}: ${newest.output}`]
  // Only from npm's cache: the gate downloads nothing, and says so where something is missing.
  const npx = ["--offline", "--yes", `node@${oldest}`]
  const command = process.platform === "win32" ? "npx.cmd" : "npx"
  const present = await runCommand(command, [...npx, "--version"], { cwd: home })
  if (!present.stdout.startsWith(`v${oldest}.`))
    return { problems, note: `NOT run on Node ${oldest}: \`npx --yes node@${oldest} --version\` fetches it` }
  const run = await runCommand(command, [...npx, script], { cwd: home })
  if (run.code !== 0) problems.push(`${script} on Node ${present.stdout.trim()}: ${run.output}`)
  return { problems, note: `ran on Node ${process.versions.node} and ${present.stdout.trim().slice(1)}` }
}
