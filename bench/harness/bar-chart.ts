/** Bars of several series, one group for each input, on a logarithmic axis. */
export interface BarChart {
  readonly title: string
  /** What the axis counts. */
  readonly unit: string
  readonly series: readonly string[]
  readonly groups: readonly BarGroup[]
}

/** One input: a value for each series, in their order; undefined where a tool was absent or failed. */
export interface BarGroup {
  readonly label: string
  readonly values: readonly (number | undefined)[]
}

const colours = ["#2c6cb0", "#7fb3e6", "#d98b2b", "#a3a9b0", "#6b8f47"]
const bar = 9
const labelWidth = 130
const plotWidth = 640
const top = 80

/** Draws it as a self-contained SVG whose text stays readable on light and dark pages. */
export function barChart(chart: BarChart): string {
  const axis = decades(chart)
  const groupHeight = chart.series.length * bar + 10
  const height = top + chart.groups.length * groupHeight + 30
  const width = labelWidth + plotWidth + 90
  const body = [
    text(16, 24, chart.title, "title"),
    ...chart.series.flatMap((name, index) => legend(name, index)),
    ...axis.ticks.flatMap(tick => gridLine(axis.x(tick), tick, height)),
    ...chart.groups.flatMap((group, index) => drawGroup(group, top + index * groupHeight, axis.x)),
    text(labelWidth + plotWidth / 2, height - 4, `${chart.unit} (logarithmic)`, "axis")
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(chart.title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 } .axis, .tick { fill: #57606a; text-anchor: middle }
  .label { text-anchor: end } .value { font-size: 9px; fill: #57606a } line { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .axis, .tick, .value { fill: #9da7b1 } line { stroke: #30363d } }
</style>
${body.join("\n")}
</svg>
`
}

interface Axis {
  readonly ticks: readonly number[]
  readonly x: (value: number) => number
}

/** Whole powers of ten around every value. */
function decades({ groups }: BarChart): Axis {
  const values = groups.flatMap(group => group.values.filter(value => value !== undefined && value > 0))
  const low = Math.floor(Math.log10(Math.min(...(values as number[]))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...(values as number[])))))
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  const x = (value: number): number =>
    labelWidth + (plotWidth * (Math.log10(Math.max(value, 10 ** low)) - low)) / (high - low)
  return { ticks, x }
}

function drawGroup(group: BarGroup, y: number, x: (value: number) => number): string[] {
  const middle = y + (group.values.length * bar) / 2 + 4
  const bars = group.values.flatMap((value, index) => {
    if (value === undefined) return []
    const at = y + index * bar
    const length = Math.max(1, x(value) - labelWidth)
    return [
      `<rect x="${labelWidth}" y="${at}" width="${round(length)}" height="${bar - 1}" fill="${colours[index % colours.length]}"/>`,
      text(labelWidth + length + 4, at + bar - 1.5, Math.round(value).toLocaleString("en"), "value")
    ]
  })
  return [text(labelWidth - 8, middle, group.label, "label"), ...bars]
}

function legend(name: string, index: number): string[] {
  const x = 16 + index * 190
  return [
    `<rect x="${x}" y="36" width="12" height="12" fill="${colours[index % colours.length]}"/>`,
    text(x + 18, 46, name)
  ]
}

function gridLine(x: number, tick: number, height: number): string[] {
  const at = round(x)
  return [
    `<line x1="${at}" y1="${top - 6}" x2="${at}" y2="${height - 26}"/>`,
    text(at, top - 10, tick >= 1 ? tick.toLocaleString("en") : String(tick), "tick")
  ]
}

function text(x: number, y: number, content: string, kind?: string): string {
  return `<text x="${round(x)}" y="${round(y)}"${kind === undefined ? "" : ` class="${kind}"`}>${escape(content)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}
