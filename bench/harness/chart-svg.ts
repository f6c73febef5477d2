/** Colours of a chart's series, in their order; readable on light and dark pages, and apart for most who see colours differently. */
export const seriesColours: readonly string[] = ["#2c6cb0", "#7fb3e6", "#d98b2b", "#a3a9b0", "#6b8f47"]

/** A self-contained SVG with a title, whose text stays readable on light and dark pages. */
export function svgDocument(
  title: string,
  size: { readonly width: number; readonly height: number },
  body: readonly string[]
): string {
  const { width, height } = size
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 } .axis, .tick { fill: #57606a; text-anchor: middle }
  .label { text-anchor: end } .value { font-size: 9px; fill: #57606a } line { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .axis, .tick, .value { fill: #9da7b1 } line { stroke: #30363d } }
</style>
${[svgText(16, 24, title, "title"), ...body].join("\n")}
</svg>
`
}

/** One line of text; `kind` is a class of the document's style. */
export function svgText(
  x: number,
  y: number,
  content: string,
  kind?: "title" | "axis" | "tick" | "label" | "value"
): string {
  return `<text x="${round(x)}" y="${round(y)}"${kind === undefined ? "" : ` class="${kind}"`}>${escape(content)}</text>`
}

/** The entry of a series in the legend. */
export function svgLegend(name: string, index: number): string[] {
  const x = 16 + index * 190
  return [
    `<rect x="${x}" y="36" width="12" height="12" fill="${seriesColours[index % seriesColours.length]}"/>`,
    svgText(x + 18, 46, name)
  ]
}

/** Whole powers of ten around every value that is there and above zero, at least two, ascending. */
export function decadesAround(values: readonly (number | undefined)[]): readonly number[] {
  const known = values.filter(value => value !== undefined).filter(value => value > 0)
  const low = Math.floor(Math.log10(Math.min(...known)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...known))))
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
}

/** Where a value lies between the first and the last tick of a logarithmic axis, 0 to 1; values below it are at 0. */
export function logarithmicShare(ticks: readonly number[], value: number): number {
  const [low, high] = [Math.log10(ticks[0] ?? 1), Math.log10(ticks.at(-1) ?? 10)]
  return (Math.max(Math.log10(value), low) - low) / (high - low)
}

/** A line from top to bottom of a plot, with its tick's number at `labelY`. */
export function svgTickLine(
  x: number,
  span: { readonly top: number; readonly bottom: number; readonly labelY: number },
  tick: number
): string[] {
  const at = round(x)
  return [
    `<line x1="${at}" y1="${span.top}" x2="${at}" y2="${span.bottom}"/>`,
    svgText(at, span.labelY, tickLabel(tick), "tick")
  ]
}

/** A tick's number. */
export function tickLabel(tick: number): string {
  return tick >= 1 ? tick.toLocaleString("en") : String(tick)
}

/** Coordinates to a tenth: more is noise in a diff. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}
