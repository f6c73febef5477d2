// Two digits of six bits: a million documents are 244 a bucket, and what is kept of sums stays below 200 kB.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"

/** The path of the root. */
export const rootPath = ""

/** How many buckets there are. */
export const bucketCount: number = digits.length ** 2

/** The number of the bucket that documents with this key are in: its first twelve bits. */
export function bucketOf(key: Uint8Array): number {
  return ((key[0] ?? 0) << 4) | ((key[1] ?? 0) >> 4)
}

/** The path of a bucket: two digits, the first of which is the path of the node it is below. */
export function bucketPath(bucket: number): string {
  return digits.charAt(bucket >> 6) + digits.charAt(bucket & 63)
}

/** The paths right below one; none below a bucket. */
export function pathsBelow(path: string): readonly string[] {
  return path.length === 2 ? [] : Array.from(digits, digit => path + digit)
}

/** The bucket with a path. */
export function bucketAt(path: string): number {
  return digits.indexOf(path.charAt(0)) * digits.length + digits.indexOf(path.charAt(1))
}
