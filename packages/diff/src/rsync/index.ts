export { type DeltaOptions, delta, deltaToBytes } from "./delta.ts"
export { type PatchOptions, patch, patchToBytes } from "./patch.ts"
export type { ByteSource } from "../stream/byte-source.ts"
export type { RandomAccess } from "../stream/random-access.ts"
export { type SignatureOptions, signature, signatureToBytes } from "./signature.ts"
export type { TransferOptions } from "../stream/transfer-options.ts"
export { beginReceiving, type ReceivingOptions, stepReceiving } from "./rounds/receiving.ts"
export type { ReceivingState, ReceivingStep } from "./rounds/receiving-state.ts"
export {
  beginSending,
  type SendingOptions,
  type SendingState,
  type SendingStep,
  stepSending
} from "./rounds/sending.ts"
export type { RsyncErrorCode } from "../error/rsync-error-code.ts"
export type { RoundsErrorCode } from "../error/rounds-error-code.ts"
