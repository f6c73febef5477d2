import { fork } from "node:child_process"

/** How a script is run. */
export interface ChildOptions {
  /** Beyond this it is ended. */
  readonly limitMs?: number
  /** For more than Node would take by itself. */
  readonly heapMebibytes?: number
}

/**
 * Runs a script in a process of its own, with `order` as its only argument in JSON, and gives the one message it sends. It may collect
 * garbage when it wants, and need not end by itself.
 *
 * @param script its path.
 * @throws Error where it ends without a message.
 */
export async function inChild<Figures>(
  script: string,
  order: object,
  options: Omit<ChildOptions, "limitMs"> = {}
): Promise<Figures> {
  return (await inChildWithin<Figures>(script, order, options)) as Figures
}

/** The same; undefined where no message came within the limit. */
export function inChildWithin<Figures>(
  script: string,
  order: object,
  { limitMs, heapMebibytes }: ChildOptions
): Promise<Figures | undefined> {
  return new Promise((resolve, reject) => {
    const heap = heapMebibytes === undefined ? [] : [`--max-old-space-size=${heapMebibytes}`]
    const child = fork(script, [JSON.stringify(order)], {
      execArgv: ["--expose-gc", "--conditions=@syncline/source", ...heap],
      stdio: ["ignore", 2, 2, "ipc"]
    })
    const limit = limitMs === undefined ? undefined : setTimeout(() => end(undefined), limitMs)
    const end = (figures: Figures | undefined) => {
      clearTimeout(limit)
      resolve(figures)
      // It may have left servers and timers behind.
      child.kill("SIGKILL")
    }
    child.on("message", message => end(message as Figures))
    child.on("error", reject)
    child.on("close", code =>
      reject(new Error(`${script} ended with ${code} and said nothing: ${JSON.stringify(order)}`))
    )
  })
}
