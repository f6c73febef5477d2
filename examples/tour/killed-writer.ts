import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What a writer said before it died. */
export interface LastWords {
  readonly actor: string
  /** `<document> <entry>` of each acknowledged commit. */
  readonly acknowledged: readonly string[]
}

/** Runs the writer and kills it with SIGKILL, `afterMs` after its first acknowledgement. */
export async function killWriter(path: string, stateDirectory: string, afterMs: number): Promise<LastWords> {
  const script = fileURLToPath(new URL("commit-writer.ts", import.meta.url))
  const args = ["--conditions=@syncline/source", "--no-warnings", script, path, stateDirectory]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
  const orphanGuard = (): void => void child.kill("SIGKILL")
  process.once("exit", orphanGuard)
  let [output, errors, aimed] = ["", "", false]
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()))
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString()
    if (aimed || output.split("\n").length < 3) return
    aimed = true
    setTimeout(() => child.kill("SIGKILL"), afterMs)
  })
  const signal = await ended(child)
  process.off("exit", orphanGuard)
  if (signal !== "SIGKILL") throw new Error(`the writer ended by itself:\n${errors}`)
  // Without the last piece, which is empty or half a line.
  const [opened = "", ...acknowledged] = output.split("\n").slice(0, -1)
  return { actor: opened.replace("open ", ""), acknowledged }
}

function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (_, signal) => resolve(signal))
  })
}
