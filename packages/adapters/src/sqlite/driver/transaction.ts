import type { SqliteConnection } from "./sqlite-driver.ts"

/** Runs an action in one transaction and gives its result. Not reentrant. */
export type RunInTransaction = <T>(action: () => T) => T

/**
 * Makes the runner of a connection's write transactions. Whatever fails, COMMIT included, the transaction is rolled
 * back, the connection is usable for the next one, and the failure is thrown as it came.
 */
export function writeTransactions(connection: SqliteConnection): RunInTransaction {
  // IMMEDIATE: a transaction that only becomes a writer later cannot wait for the lock, it fails at once.
  return runner(connection, "BEGIN IMMEDIATE")
}

/** Makes the runner of read transactions: everything read in one is of one moment, and costs one lock in all. */
export function readTransactions(connection: SqliteConnection): RunInTransaction {
  return runner(connection, "BEGIN DEFERRED")
}

function runner(connection: SqliteConnection, beginning: string): RunInTransaction {
  const begin = connection.prepare(beginning)
  const commit = connection.prepare("COMMIT")
  return action => {
    begin.run()
    try {
      const result = action()
      commit.run()
      return result
    } finally {
      // SQLite rolls back some failures by itself, and a COMMIT that failed leaves the transaction open.
      if (connection.inTransaction) connection.exec("ROLLBACK")
    }
  }
}
