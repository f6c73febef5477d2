import {
  decadesAround,
  logarithmicShare,
  round,
  seriesColours,
  svgDocument,
  svgLegend,
  svgText,
  svgTickLine
} from "./chart-svg.ts"

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

const bar = 9
const labelWidth = 130
const plotWidth = 640
const top = 80

/** Draws it as a self-contained SVG. */
export function barChart(chart: BarChart): string {
  const ticks = decadesAround(chart.groups.flatMap(group => group.values))
  const x = (value: number): number => labelWidth + plotWidth * logarithmicShare(ticks, value)
  const groupHeight = chart.series.length * bar + 10
  const height = top + chart.groups.length * groupHeight + 30
  const span = { top: top - 6, bottom: height - 26, labelY: top - 10 }
  return svgDocument(chart.title, { width: labelWidth + plotWidth + 90, height }, [
    ...chart.series.flatMap((name, index) => svgLegend(name, index)),
    ...ticks.flatMap(tick => svgTickLine(x(tick), span, tick)),
    ...chart.groups.flatMap((group, index) => drawGroup(group, top + index * groupHeight, x)),
    svgText(labelWidth + plotWidth / 2, height - 4, `${chart.unit} (logarithmic)`, "axis")
  ])
}

function drawGroup(group: BarGroup, y: number, x: (value: number) => number): string[] {
  const middle = y + (group.values.length * bar) / 2 + 4
  const bars = group.values.flatMap((value, index) => {
    if (value === undefined) return []
    const at = y + index * bar
    const length = Math.max(1, x(value) - labelWidth)
    return [
      `<rect x="${labelWidth}" y="${at}" width="${round(length)}" height="${bar - 1}" fill="${seriesColours[index % seriesColours.length]}"/>`,
      svgText(labelWidth + length + 4, at + bar - 1.5, Math.round(value).toLocaleString("en"), "value")
    ]
  })
  return [svgText(labelWidth - 8, middle, group.label, "label"), ...bars]
}
