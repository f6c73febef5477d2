import {
  beginNative,
  type IdbDatabase,
  type IdbDurability,
  type IdbTransaction,
  type NativeTransaction
} from "./idb-driver.ts"

/**
 * Runs an action in a transaction, which must await nothing but requests of it, and gives its result once that is
 * written. Whatever fails, nothing is. Not flushed to disk: for what can be made again.
 */
export async function runTransaction<T>(
  database: IdbDatabase,
  stores: readonly string[],
  mode: "readonly" | "readwrite",
  action: (transaction: IdbTransaction) => Promise<T>
): Promise<T> {
  const transaction = database.transaction(stores, mode, { durability: "relaxed" })
  try {
    const [result] = await Promise.all([action(transaction), transaction.done])
    return result
  } catch (cause) {
    abortQuietly(transaction)
    throw cause
  }
}

/** Makes requests in a transaction of their own, and waits until they are written. Whatever fails, nothing is. */
export function writeOnce(
  database: IdbDatabase,
  stores: readonly string[],
  durability: IdbDurability,
  request: (transaction: NativeTransaction) => void
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = beginNative(database, stores, durability)
    let refused: Error | undefined
    transaction.addEventListener("complete", resolve)
    // Without an error, it was `request` that aborted.
    transaction.addEventListener("abort", () => reject(refused ?? transaction.error ?? aborted))
    try {
      request(transaction)
    } catch (cause) {
      refused = cause instanceof Error ? cause : new Error(String(cause))
      abortQuietly(transaction)
    }
  })
}

/** With which `writeOnce` is rejected when `request` aborted. */
export const aborted: Error = new Error("the transaction was given up")

/** Ends a transaction whose action failed: it would commit what came before. */
export function abortQuietly(transaction: Pick<IdbTransaction, "abort">): void {
  try {
    transaction.abort()
  } catch {
    // It is over already: what failed was one of its requests, or its end.
  }
}
