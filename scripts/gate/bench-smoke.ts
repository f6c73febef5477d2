import { availableParallelism } from "node:os"
import { join } from "node:path"
import { runNode } from "../workspace/run-command.ts"
import type { GateStep } from "./gate-step.ts"

const args = ["--expose-gc", "--conditions=@syncline/source", "bench/run.ts", "--quick"]

/** Every bench still runs. Its figures are too short to mean anything here: a missed target is no failure. */
export const benchSmoke: GateStep = {
  name: "bench",
  purpose: "every bench runs through (bench --quick)",
  async run({ root }) {
    // Most of it is compiling the same sources in forty processes; Node keeps what it made of them.
    const env = { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/node-compile") }
    const atOnce = `--at-once=${availableParallelism()}`
    const { code, output } = await runNode([...args, "--json", atOnce], { cwd: root, env })
    const rows = output.split("\n").filter(line => line.startsWith("{")).length
    return { problems: code === 0 ? [] : [output.trim()], note: `${rows} rows` }
  }
}
