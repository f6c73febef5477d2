import { fork } from "node:child_process"
import { join } from "node:path"
import type { MemoryAnswer, MemoryOrder } from "./memory-order.ts"

/** A process that serves, and says how much memory it has. */
export interface MeasuredServer {
  readonly port: number
  /** Collects garbage there first. */
  memory(): Promise<MemoryAnswer>
  kill(): void
}

/** Starts it. Whoever dials it is in another process, so that its memory is its own. */
export async function measuredServer(order: MemoryOrder): Promise<MeasuredServer> {
  const child = fork(join(import.meta.dirname, "memory-child.ts"), [JSON.stringify(order)], {
    execArgv: ["--expose-gc", "--conditions=@syncline/source"],
    stdio: ["ignore", 2, 2, "ipc"]
  })
  const said = () =>
    new Promise<MemoryAnswer>((resolve, reject) => {
      const failed = () => reject(new Error("the process that serves ended"))
      child.once("close", failed)
      child.once("message", message => {
        child.off("close", failed)
        resolve(message as MemoryAnswer)
      })
    })
  const { port } = await said()
  const memory = () => {
    const answered = said()
    child.send("memory")
    return answered
  }
  return { port, memory, kill: () => child.kill("SIGKILL") }
}
