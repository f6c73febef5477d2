import { argumentError } from "../../argument/argument-error.ts"
import { checkOptions } from "../../argument/check-argument.ts"
import { fullLimits } from "../../argument/full-limits.ts"
import { type ByteSource, closeUnread } from "../../stream/byte-source.ts"
import { isSignal } from "../../stream/or-aborted.ts"
import { type RandomAccess, randomAccess } from "../../stream/random-access.ts"
import { runningChecksum } from "../container/checksum.ts"
import { type DeltaHeader, readHeader } from "../container/delta-header.ts"
import { type DeltaLimits, resolveLimits, type ResolvedDeltaLimits } from "../container/delta-limits.ts"
import { StreamSource } from "../container/stream-source.ts"
import { diffError } from "../../error/diff-error.ts"
import type { OpBlock } from "../fast/op-block.ts"
import { readBlocks } from "../fast/read-blocks.ts"
import { checkBase, checkResult } from "./check-base.ts"
import { CHUNK_BYTES, ChunkBuilder } from "./chunk-builder.ts"
import { decodeBody } from "./decode-body.ts"

/** How {@link applyDeltaStream} guards itself. */
export interface ApplyStreamOptions {
  readonly limits?: DeltaLimits
  /**
   * Longest old and new version together, in bytes, for deltas that cannot be decoded piece by piece: level `small` and gzip
   * files are made in memory. So is each of the contents of gzip files then. Default 256 MiB.
   */
  readonly maxBufferedBytes?: number
  /** Ends it with its reason: at once where it waits for `old` or the delta, else after a megabyte at most. */
  readonly signal?: AbortSignal
}

const BUFFERED = 256 << 20
// A delta is at most so much longer than what it makes.
const OVERHEAD_BYTES = 1 << 16

/**
 * As `applyDelta`, for versions that do not fit into memory: the delta arrives in pieces, the old version is read where it
 * is needed, the new one leaves in chunks of up to 256 KiB. Memory stays below 48 MiB for `fast` deltas.
 *
 * The whole base is read and checked before the first chunk. The last chunk comes only after the whole result was checked:
 * chunks before an error are worthless, and must not have replaced anything.
 *
 * @throws SynclineError what `applyDelta` does; `source-invalid` also for reads of `old` that give another number of bytes than asked for.
 */
export async function* applyDeltaStream(
  old: RandomAccess | Uint8Array,
  delta: ByteSource,
  options: ApplyStreamOptions = {}
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { base, limits, maxBufferedBytes } = await checkedOrClosed(old, delta, options)
  const { signal } = limits
  const source = new StreamSource(delta, limits.maxDeltaBytes, signal)
  try {
    const header = await readHeader(source, limits)
    signal?.throwIfAborted()
    if (header.kind === "fast") {
      await checkBase(base, header, signal)
      yield* streamBlocks(base, source, header, signal)
    } else {
      yield* buffered(base, source, header, limits, maxBufferedBytes)
    }
  } finally {
    await source.close()
  }
}

interface Checked {
  readonly base: RandomAccess
  readonly limits: ResolvedDeltaLimits
  readonly maxBufferedBytes: number
}

/** Nobody reads the delta if an argument is wrong, so nobody else would close it. */
async function checkedOrClosed(
  old: unknown,
  delta: ByteSource,
  options: ApplyStreamOptions
): Promise<Checked> {
  try {
    checkOptions(options)
    const { maxBufferedBytes } = fullLimits({ maxBufferedBytes: BUFFERED }, options)
    const { signal } = options
    if (signal !== undefined && !isSignal(signal)) throw argumentError("signal", signal, "an AbortSignal")
    const limits = { ...resolveLimits(options.limits), ...(signal === undefined ? {} : { signal }) }
    return { base: randomAccess("old", old, signal), limits, maxBufferedBytes }
  } catch (error) {
    await closeUnread(delta)
    throw error
  }
}

async function* streamBlocks(
  old: RandomAccess,
  source: StreamSource,
  header: DeltaHeader,
  signal: AbortSignal | undefined
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const sum = await runningChecksum()
  const chunk = new ChunkBuilder(header.nextLength)
  let held: Uint8Array<ArrayBuffer> | undefined
  for await (const block of readBlocks(source, header)) {
    for await (const part of blockParts(old, block)) {
      for (const full of chunk.add(part)) {
        signal?.throwIfAborted()
        sum.update(full)
        if (held !== undefined) yield held
        held = full
      }
    }
  }
  checkResult(sum.digest(), header)
  if (held !== undefined) yield held
}

/** What operations give, in pieces of at most a chunk. */
async function* blockParts(old: RandomAccess, block: OpBlock): AsyncGenerator<Uint8Array> {
  let literal = 0
  for (let i = 0; i < block.count; i++) {
    const literalEnd = literal + (block.literalLengths[i] ?? 0)
    if (literalEnd > literal) yield block.literals.subarray(literal, literalEnd)
    literal = literalEnd
    const end = (block.copyFrom[i] ?? 0) + (block.copyLengths[i] ?? 0)
    for (let from = block.copyFrom[i] ?? 0; from < end; from += CHUNK_BYTES)
      yield await old.read(from, Math.min(CHUNK_BYTES, end - from))
  }
}

async function* buffered(
  old: RandomAccess,
  source: StreamSource,
  header: DeltaHeader,
  limits: ResolvedDeltaLimits,
  maxBytes: number
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  if (old.length + header.nextLength > maxBytes)
    throw diffError(
      "binary-limit",
      `a ${header.kind} delta is decoded in memory, and ${old.length + header.nextLength} bytes are above maxBufferedBytes`
    )
  await checkBase(old, header, limits.signal)
  // Of what is in memory nothing may be longer, whatever the delta claims: contents of gzip files, and the delta itself.
  const held = {
    ...limits,
    maxBytes: Math.min(limits.maxBytes, maxBytes),
    maxDeltaBytes: Math.min(limits.maxDeltaBytes, maxBytes + OVERHEAD_BYTES)
  }
  const { bytes, sum } = await decodeBody(await old.read(0, old.length), source, header, held)
  checkResult(sum, header)
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    limits.signal?.throwIfAborted()
    yield bytes.slice(at, at + CHUNK_BYTES)
  }
}
