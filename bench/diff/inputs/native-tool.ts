import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Native peers, each from the Debian package of its name. */
export type NativeToolName = "xdelta3" | "bsdiff" | "zstd" | "rdiff" | "rsync"

/** What a run of a native tool gave. */
export interface NativeRun {
  /** The file it wrote. */
  readonly bytes: number
  /** Of the whole process, spawning included. */
  readonly ms: number
}

/** How a two-file command is called. */
export type NativeArgs = (files: {
  readonly old: string
  readonly next: string
  readonly out: string
}) => string[]

/** Whether a tool is on this machine. Where it is not, a bench shows the row as absent instead of guessing. */
export function hasNativeTool(name: NativeToolName): boolean {
  return !spawnSync(name, ["--version"], { stdio: "ignore" }).error
}

/** Runs `tool` over two versions, `runs` times; bytes of the output and the median time. */
export function runNative(
  tool: NativeToolName,
  input: { readonly old: Uint8Array; readonly next: Uint8Array },
  args: NativeArgs,
  runs = 1
): NativeRun {
  const folder = mkdtempSync(join(tmpdir(), "syncline-bench-"))
  try {
    const files = { old: join(folder, "old"), next: join(folder, "next"), out: join(folder, "out") }
    writeFileSync(files.old, input.old)
    writeFileSync(files.next, input.next)
    const times = Array.from({ length: runs }, () => {
      rmSync(files.out, { force: true })
      const start = performance.now()
      execFileSync(tool, args(files), { stdio: ["ignore", "ignore", "pipe"] })
      return performance.now() - start
    }).sort((a, b) => a - b)
    return { bytes: statSync(files.out).size, ms: times[times.length >> 1] ?? Number.NaN }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As {@link runNative}, and gives back what was written. */
export function nativeOutput(
  tool: NativeToolName,
  input: { readonly old: Uint8Array; readonly next: Uint8Array },
  args: NativeArgs
): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "syncline-bench-"))
  try {
    const files = { old: join(folder, "old"), next: join(folder, "next"), out: join(folder, "out") }
    writeFileSync(files.old, input.old)
    writeFileSync(files.next, input.next)
    execFileSync(tool, args(files), { stdio: ["ignore", "ignore", "pipe"] })
    return readFileSync(files.out)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
