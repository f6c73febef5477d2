import type { BinaryInput } from "./inputs/binary-inputs.ts"
import {
  hasNativeTool,
  type NativeArgs,
  type NativeToolName,
  nativeOutput,
  runNative
} from "./inputs/native-tool.ts"

/** One setting of a native tool, and how its delta is applied. */
interface Peer {
  readonly tool: NativeToolName
  readonly name: string
  readonly encode: NativeArgs
}

// -D: without it, xdelta3 hands gzip files to gzip, and what comes back is not the file that went in.
const xdelta = (...flags: readonly string[]): NativeArgs => {
  return ({ old, next, out }) => ["-e", "-f", "-q", "-D", ...flags, "-s", old, next, out]
}

const peers: readonly Peer[] = [
  { tool: "xdelta3", name: "xdelta3 -9 -S lzma -n -A", encode: xdelta("-9", "-S", "lzma", "-n", "-A") },
  { tool: "bsdiff", name: "bsdiff", encode: ({ old, next, out }) => [old, next, out] },
  {
    tool: "zstd",
    name: "zstd -19 --patch-from",
    encode: ({ old, next, out }) => ["-q", "-f", "-19", "--long=31", `--patch-from=${old}`, next, "-o", out]
  }
]

/** Which of {@link peers} are on this machine. */
export function presentPeers(): readonly string[] {
  return peers.filter(({ tool }) => hasNativeTool(tool)).map(({ name }) => name)
}

/** The smallest delta that a native tool on this machine makes; undefined if there is none. */
export function bestNative(
  input: BinaryInput
): { readonly name: string; readonly bytes: number } | undefined {
  return peers
    .filter(({ tool }) => hasNativeTool(tool))
    .map(({ tool, name, encode }) => ({ name, bytes: runNative(tool, input, encode).bytes }))
    .sort((a, b) => a.bytes - b.bytes)[0]
}

/** One run of `xdelta3` as it comes. */
export function xdeltaDefault(input: Pick<BinaryInput, "old" | "next">): {
  readonly bytes: number
  readonly ms: number
} {
  return runNative("xdelta3", input, xdelta())
}

/** Whether `xdelta3` gives back the file that went in, with the flags it is run with here. */
export function xdeltaIsExact(input: BinaryInput): boolean {
  const delta = nativeOutput("xdelta3", input, xdelta())
  const back = nativeOutput("xdelta3", { old: input.old, next: delta }, ({ old, next, out }) => {
    return ["-d", "-f", "-q", "-D", "-s", old, next, out]
  })
  return Buffer.compare(back, input.next) === 0
}
