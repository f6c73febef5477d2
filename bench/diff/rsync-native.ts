import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { NativeToolName } from "./inputs/native-tool.ts"

// Named once: they come with the machine, not with a package.
const RDIFF: NativeToolName = "rdiff"
const RSYNC: NativeToolName = "rsync"

/** Two versions. */
export interface Versions {
  readonly old: Uint8Array
  readonly next: Uint8Array
}

/** The two steps of `rdiff`, each a process, spawning included. */
export interface Rdiff {
  /** Both give milliseconds. */
  signature(): number
  delta(): number
}

/** Runs `work` with `rdiff` ready to take its steps on two versions with blocks of `blockBytes`. */
export async function withRdiff<T>(
  { old, next }: Versions,
  blockBytes: number,
  work: (rdiff: Rdiff) => Promise<T>
): Promise<T> {
  return inFolder(async folder => {
    const path = (name: string) => join(folder, name)
    writeFileSync(path("old"), old)
    writeFileSync(path("next"), next)
    const rdiff = {
      signature: () => rdiffMs(["-f", "-b", String(blockBytes), "signature", path("old"), path("signature")]),
      delta: () => rdiffMs(["-f", "delta", path("signature"), path("next"), path("delta")])
    }
    rdiff.signature()
    rdiff.delta()
    execFileSync(RDIFF, ["-f", "patch", path("old"), path("delta"), path("patched")])
    if (Buffer.compare(readFileSync(path("patched")), next) !== 0) throw new Error("rdiff made other content")
    return work(rdiff)
  })
}

/** Milliseconds that starting `rdiff` takes by itself. */
export function rdiffSpawnMs(): number {
  return rdiffMs(["--version"])
}

/** All bytes that `rsync -z` sends and receives to bring a file up to date; the better of its own block size and 512. */
export async function rsyncBytes({ old, next }: Versions): Promise<{ bytes: number; setting: string }> {
  return inFolder(async folder => {
    const [source, target] = [join(folder, "source"), join(folder, "target")]
    mkdirSync(source)
    writeFileSync(join(source, "file"), next)
    const found = [[], ["-B512"]].map(flags => {
      rmSync(target, { recursive: true, force: true })
      mkdirSync(target)
      writeFileSync(join(target, "file"), old)
      // Times would let it skip the file, and between folders it would copy: neither is what a network sees.
      const args = [
        "-rz",
        "--ignore-times",
        "--no-whole-file",
        "--stats",
        ...flags,
        `${source}/`,
        `${target}/`
      ]
      const stats = execFileSync(RSYNC, args, { encoding: "utf8" })
      if (Buffer.compare(readFileSync(join(target, "file")), next) !== 0)
        throw new Error("rsync made other content")
      return {
        bytes: statistic(stats, "sent") + statistic(stats, "received"),
        setting: ["-z", ...flags].join(" ")
      }
    })
    return found.reduce((best, each) => (each.bytes < best.bytes ? each : best))
  })
}

/** `Total bytes sent: 1,234` */
function statistic(stats: string, direction: "sent" | "received"): number {
  const line = new RegExp(`^Total bytes ${direction}: ([\\d,.]+)$`, "m").exec(stats)
  if (line?.[1] === undefined) throw new Error(`rsync does not say what it ${direction}: ${stats}`)
  return Number(line[1].replaceAll(/[,.]/g, ""))
}

function rdiffMs(args: readonly string[]): number {
  const start = performance.now()
  execFileSync(RDIFF, args)
  return performance.now() - start
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "syncline-bench-"))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
