import { join } from "node:path"
import { build } from "vite"

/** Bundles the page, and its service worker beside it, into a folder. */
export async function buildPage(folder: string): Promise<void> {
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    // This repository's packages as they are here; an application installs them, and needs no conditions.
    resolve: { conditions: ["@syncline/source", "browser", "import", "module", "default"] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      // Top-level await.
      target: "es2022",
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: {
        input: {
          page: join(import.meta.dirname, "index.html"),
          offline: join(import.meta.dirname, "src/offline.ts")
        },
        output: {
          // What the page needs at once in one file; otherwise what later files use as well is in many small ones.
          codeSplitting: { groups: [{ name: "page", tags: ["$initial"], test: /packages|node_modules/ }] },
          entryFileNames: ({ name }) => (name === "offline" ? "offline.js" : "assets/[name]-[hash].js")
        }
      }
    }
  })
}
