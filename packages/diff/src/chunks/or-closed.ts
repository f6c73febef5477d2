import { type ByteSource, closeUnread } from "../stream/byte-source.ts"

/** What `make` gives. Nobody reads the source if it throws, for options that are refused, so nobody else would close it. */
export async function orClosed<T>(source: ByteSource, make: () => T): Promise<T> {
  try {
    return make()
  } catch (error) {
    await closeUnread(source)
    throw error
  }
}
