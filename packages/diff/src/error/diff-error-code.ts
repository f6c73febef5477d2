import type { BytesErrorCode } from "@syncline/clock/bytes"
import type { ArgumentErrorCode } from "./argument-error-code.ts"
import type { BinaryErrorCode } from "./binary-error-code.ts"
import type { BloomErrorCode } from "./bloom-error-code.ts"
import type { ChunksErrorCode } from "./chunks-error-code.ts"
import type { CodecErrorCode } from "./codec-error-code.ts"
import type { CompressionErrorCode } from "./compression-error-code.ts"
import type { JsonDiffErrorCode } from "./json-diff-error-code.ts"
import type { JsonErrorCode } from "./json-error-code.ts"
import type { JsonPatchErrorCode } from "./json-patch-error-code.ts"
import type { ListErrorCode } from "./list-error-code.ts"
import type { MerkleErrorCode } from "./merkle-error-code.ts"
import type { SetErrorCode } from "./set-error-code.ts"
import type { RoundsErrorCode } from "./rounds-error-code.ts"
import type { RsyncErrorCode } from "./rsync-error-code.ts"
import type { SourceErrorCode } from "./source-error-code.ts"
import type { TextErrorCode } from "./text-error-code.ts"

/**
 * Every code this package throws with, as the `code` of a `SynclineError`. Each area documents its own, and its entry exports them
 * (`JsonPatchErrorCode`, `RsyncErrorCode`, ...); `argument-invalid`, `source-invalid` and, where bytes are compressed, `compression-*`
 * come from several, and so do the `bytes-*` of `@syncline/clock/bytes`, for bytes that end early or go on.
 */
export type DiffErrorCode =
  | ArgumentErrorCode
  | BinaryErrorCode
  | BloomErrorCode
  | BytesErrorCode
  | ChunksErrorCode
  | CodecErrorCode
  | CompressionErrorCode
  | JsonDiffErrorCode
  | JsonErrorCode
  | JsonPatchErrorCode
  | ListErrorCode
  | MerkleErrorCode
  | SetErrorCode
  | RoundsErrorCode
  | RsyncErrorCode
  | SourceErrorCode
  | TextErrorCode
