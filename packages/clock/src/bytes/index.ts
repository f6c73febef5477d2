export { ByteReader, type ByteReaderOptions } from "./byte-reader.ts"
export { ByteWriter, varUintSize } from "./byte-writer.ts"
export type { BytesErrorCode } from "./bytes-error-code.ts"
