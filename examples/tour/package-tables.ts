import { childRows, column, table, type TableDefinition } from "@syncline/core"
import { type Package, packages, type PackageText, texts } from "./package-document.ts"

/** The tables documents become: one row a document, and one for each keyword and dependency. */
export const packageTables: readonly TableDefinition[] = [
  table<Package>("packages", {
    collection: packages,
    columns: {
      name: column.text(each => each.name, { index: true }),
      version: column.text(each => each.version),
      description: column.text(each => each.description),
      license: column.text(each => each.license, { index: true }),
      readme: column.text(each => each.readme)
    },
    children: {
      keywords: childRows((each: Package) => each.keywords, {
        keyword: column.text(keyword => keyword, { index: true })
      }),
      dependencies: childRows((each: Package) => Object.entries(each.dependencies), {
        dependency: column.text(([name]) => name, { index: true }),
        version_range: column.text(([, range]) => range)
      })
    }
  }),
  table<PackageText>("texts", {
    collection: texts,
    columns: {
      package: column.text(each => each.package, { index: true }),
      file: column.text(each => each.file),
      body: column.text(each => each.body)
    }
  })
]

/** Their names, child tables included. */
export const packageTableNames = ["packages", "keywords", "dependencies", "texts"] as const
