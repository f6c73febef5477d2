import { fork } from "node:child_process"
import { join } from "node:path"

/**
 * Runs a script of this folder in a process of its own, with `order` as its only argument in JSON, and gives the one message it
 * sends; undefined where none came within the limit.
 */
export function inChild<Figures>(
  script: string,
  order: object,
  limitMs = Number.POSITIVE_INFINITY
): Promise<Figures | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, script), [JSON.stringify(order)], {
      execArgv: ["--expose-gc", "--conditions=@syncline/source", `--max-old-space-size=${heapMebibytes}`],
      stdio: ["ignore", 2, 2, "ipc"]
    })
    const limit = Number.isFinite(limitMs) ? setTimeout(() => end(undefined), limitMs) : undefined
    const end = (figures: Figures | undefined) => {
      clearTimeout(limit)
      resolve(figures)
      // It may have left servers and timers behind.
      child.kill("SIGKILL")
    }
    child.on("message", message => end(message as Figures))
    child.on("error", reject)
    child.on("close", code => reject(new Error(`${script} ended with ${code} and said nothing`)))
  })
}

/** Room for a million documents in two memory stores. A process that needs less takes less. */
const heapMebibytes = 16_000
