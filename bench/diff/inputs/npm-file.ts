import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"

/** Where fetched and derived inputs are kept between runs; nothing in it is part of the project. */
export const inputFolder: string = join(import.meta.dirname, "../../../.tmp/bench-inputs")

/** The `.tgz` of a published package, as packed. Fetched by npm once. `spec` names an exact version. */
export function npmTarball(spec: string): Uint8Array {
  const path = tarballPath(spec)
  if (!existsSync(path)) fetchTarball(spec, path)
  return readFileSync(path)
}

/** One file of a published package. `path` counts from the package's root. */
export function npmFile(spec: string, path: string): Uint8Array {
  return mustFind(spec, path)
}

/** Whether {@link npmTarball} would answer without a network. */
export function isFetched(spec: string): boolean {
  return existsSync(tarballPath(spec))
}

/** The tar inside a published package's `.tgz`. */
export function npmTar(spec: string): Uint8Array {
  return gunzipSync(npmTarball(spec))
}

function tarballPath(spec: string): string {
  return join(inputFolder, `${spec.replace(/[^\w.-]+/g, "_")}.tgz`)
}

function fetchTarball(spec: string, target: string): void {
  mkdirSync(inputFolder, { recursive: true })
  const folder = mkdtempSync(join(inputFolder, "fetch-"))
  try {
    const args = ["pack", spec, "--silent", "--pack-destination", folder]
    const file = execFileSync("npm", args, { encoding: "utf8", cwd: folder }).trim()
    // Renamed when complete, so that an interrupted fetch leaves nothing that looks like an input.
    renameSync(join(folder, file), target)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const BLOCK = 512

/** Finds a file in a tar (POSIX ustar): packages as npm makes them need no more than names, sizes and prefixes. */
function mustFind(spec: string, path: string): Uint8Array {
  const tar = npmTar(spec)
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const size = Number.parseInt(text(tar, at + 124, 12), 8) || 0
    const prefix = text(tar, at + 345, 155)
    const name = `${prefix === "" ? "" : `${prefix}/`}${text(tar, at, 100)}`
    // The first folder is `package`, or now and then the name of the package.
    if (name.slice(name.indexOf("/") + 1) === path) return tar.slice(at + BLOCK, at + BLOCK + size)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new Error(`${spec} holds no ${path}`)
}

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim()
}
