import { spawn } from "node:child_process"

/** How a command ended: exit code (1 when a signal ended it) and everything it printed. */
export interface CommandOutcome {
  readonly code: number
  /** stdout and stderr in the order they arrived. */
  readonly output: string
  readonly stdout: string
}

/** Where and with which environment a command runs; colour is off so that output can be compared. */
export interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Also copy the output to this process while it arrives. */
  readonly echo?: boolean
}

/** Runs a program and waits for it. Rejects only when it cannot be started at all. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions
): Promise<CommandOutcome> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    // npx and friends are .cmd files on Windows, which only a shell can start.
    shell: process.platform === "win32" && !program.endsWith(".exe")
  })
  const all: string[] = []
  const out: string[] = []
  const take = (chunk: string, echoTo: NodeJS.WriteStream, sink?: string[]): void => {
    all.push(chunk)
    sink?.push(chunk)
    if (options.echo === true) echoTo.write(chunk)
  }
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => take(chunk, process.stdout, out))
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => take(chunk, process.stderr))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", code => resolve({ code: code ?? 1, output: all.join(""), stdout: out.join("") }))
  })
}

/** Runs a JavaScript or TypeScript file under the Node that runs this process. */
export function runNode(args: readonly string[], options: CommandOptions): Promise<CommandOutcome> {
  return runCommand(process.execPath, args, options)
}
