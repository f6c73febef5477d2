/**
 * What packing and unpacking throw with, besides `compression-*` for compressed bytes and the `bytes-*` of
 * `@syncline/clock/bytes` for columns that end early.
 *
 * - `codec-value-unsupported` — a value has no packed form: a function, symbol, class instance, array with holes, or a
 *   patch that RFC 6902 does not allow.
 * - `codec-too-deep` — a value nests deeper than 1,000 levels, or contains itself.
 * - `codec-limit` — packed bytes stand for more values or characters than the limits allow.
 * - `codec-invalid` — bytes are not what the packer writes.
 * - `codec-wrong-base` — a change was made from another document than the one given, or its bytes are damaged.
 */
export type CodecErrorCode =
  | "codec-value-unsupported"
  | "codec-too-deep"
  | "codec-limit"
  | "codec-invalid"
  | "codec-wrong-base"
