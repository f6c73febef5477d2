import fc from "fast-check"

// Loaded before each test file of a long run: see vitest.config.ts.
fc.configureGlobal({ numRuns: Number(process.env["SYNCLINE_RUNS"]) })
