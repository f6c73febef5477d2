/** The part of better-sqlite3 that the tour uses to look at databases, and to damage them, behind Syncline's back. */
declare module "better-sqlite3" {
  class Database {
    constructor(path: string, options?: { readonly readonly?: boolean; readonly fileMustExist?: boolean })
    prepare(sql: string): {
      run(...parameters: readonly unknown[]): { readonly changes: number }
      all(...parameters: readonly unknown[]): unknown[]
    }
    exec(sql: string): unknown
    close(): unknown
  }
  export = Database
}
