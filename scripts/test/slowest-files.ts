/** What a test file took: from its import to the end of its last test. */
export interface FileTime {
  readonly path: string
  readonly seconds: number
}

// One file was a quarter of a run that had grown to twenty minutes. The largest takes a twentieth; a busy machine may make that more.
const greatestShare = 1 / 12

// A run of some files has a largest one of any share.
const wholeRunFiles = 200

/**
 * The ten files that took longest, as text, and which of them took more of the whole run than a file may. Shares are of the time
 * all files took together, which a busy machine stretches for all of them; those of a run of some files are not judged.
 */
export function slowestFiles(times: readonly FileTime[]): {
  readonly text: string
  readonly problems: readonly string[]
} {
  const all = times.reduce((sum, { seconds }) => sum + seconds, 0)
  const slowest = times.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10)
  const lines = slowest.map(
    ({ path, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${percent(seconds / all)}  ${path}`
  )
  const tooSlow = slowest.filter(
    ({ seconds }) => times.length >= wholeRunFiles && seconds > greatestShare * all
  )
  return {
    text: [`The slowest of ${times.length} files, which took ${all.toFixed(0)} s together:`, ...lines].join(
      "\n"
    ),
    problems: tooSlow.map(
      ({ path }) =>
        `${path} takes more than ${percent(greatestShare).trim()} of the whole run: make it faster, or split it and let it do less by default`
    )
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).padStart(4)} %`
}
