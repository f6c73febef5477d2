/** The layers, written down. `check-layers.ts` enforces exactly this; edit the table, not the check. */
export interface LayerTable {
  /** Lowest first: a package imports only packages before it. */
  readonly packages: readonly string[]
  /** Folders that may import `node:` modules, `*` for the whole package; packages not named here may not at all. */
  readonly nodeModules: Readonly<Record<string, readonly string[]>>
  /**
   * Per package, its folders in rows, lowest first: a folder imports its own row and the rows above it in this list.
   * A folder that is in no row fails the check, so that every new folder is placed on purpose.
   */
  readonly folders: Readonly<Record<string, readonly (readonly string[])[]>>
  /** Packages whose folders are strangers to each other, with the folders all of them may use. */
  readonly strangers: Readonly<Record<string, readonly string[]>>
  /** Only tests and `testing/` folders may import these. */
  readonly testTools: readonly string[]
}

/** The layers of Syncline; see ARCHITECTURE.md for why. */
export const layerTable: LayerTable = {
  packages: ["clock", "diff", "core", "adapters", "server"],
  nodeModules: { core: ["platform"], diff: ["platform"], adapters: ["*"], server: ["*"] },
  folders: {
    diff: [
      ["error", "argument", "platform", "stream", "keyed", "sequence"],
      ["text", "list", "json", "set", "merkle", "bloom", "chunks", "binary"],
      ["codec", "rsync"],
      ["testing"]
    ],
    core: [
      ["errors", "ports", "platform", "deferred"],
      ["codec", "commit", "document", "engine", "store", "conflict"],
      [
        "sync",
        "link",
        "projection",
        "vectors",
        "consistency",
        "tracking",
        "migration",
        "repair",
        "history",
        "undo",
        "audit",
        "policy",
        "presence",
        "replica"
      ],
      ["testing"]
    ]
  },
  strangers: { adapters: ["connection", "posted"] },
  testTools: ["vitest", "fast-check"]
}
