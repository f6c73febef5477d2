import { type BigIntStats, statSync } from "node:fs"

/** Platforms whose stat gives the true time of birth; others report the last change there, which is no identity. */
const knowBirth: readonly string[] = ["linux", "darwin", "win32", "freebsd"]

/**
 * Names a file by what a copy of it does not share, whatever its path: inode and time of birth in nanoseconds. Where the
 * birth is unknown, inode and device; not both, for device numbers change when disks are found in another order, and
 * every start would look like a copy. Two mounted clones of one file system share a name, but not what the witness says.
 *
 * Fit for a file name. Throws what `statSync` throws.
 */
export function fileIdentity(path: string): string {
  const stats = statSync(path, { bigint: true })
  return identityOf(stats, process.platform)
}

/** The pure part of {@link fileIdentity}. */
export function identityOf(
  { ino, dev, birthtimeNs }: Pick<BigIntStats, "ino" | "dev" | "birthtimeNs">,
  platform: string
): string {
  const born = knowBirth.includes(platform) && birthtimeNs > 0n
  return born
    ? `i${ino.toString(16)}-b${birthtimeNs.toString(16)}`
    : `i${ino.toString(16)}-d${dev.toString(16)}`
}
