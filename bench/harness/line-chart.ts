import {
  decadesAround,
  logarithmicShare,
  round,
  seriesColours,
  svgDocument,
  svgLegend,
  svgText,
  svgTickLine,
  tickLabel
} from "./chart-svg.ts"

/** Lines of several series over one quantity, both axes logarithmic. */
export interface LineChart {
  readonly title: string
  /** What the axes count. */
  readonly x: string
  readonly y: string
  readonly series: readonly LineSeries[]
}

/** Points in ascending order of x, both coordinates above zero. */
export interface LineSeries {
  readonly name: string
  readonly points: readonly LinePoint[]
}

/** One measurement. */
export interface LinePoint {
  readonly x: number
  readonly y: number
}

const left = 90
const top = 70
const plotWidth = 640
const plotHeight = 320
const span = { top, bottom: top + plotHeight, labelY: top + plotHeight + 18 }

/** Draws it as a self-contained SVG; at each point stands its value. */
export function lineChart(chart: LineChart): string {
  const points = chart.series.flatMap(series => series.points)
  const [across, up] = [decadesAround(points.map(({ x }) => x)), decadesAround(points.map(({ y }) => y))]
  const place = ({ x, y }: LinePoint): LinePoint => ({
    x: left + plotWidth * logarithmicShare(across, x),
    y: top + plotHeight * (1 - logarithmicShare(up, y))
  })
  const corner = { x: across[0] ?? 1, y: up[0] ?? 1 }
  return svgDocument(chart.title, { width: left + plotWidth + 70, height: top + plotHeight + 50 }, [
    ...chart.series.flatMap(({ name }, index) => svgLegend(name, index)),
    ...across.flatMap(tick => svgTickLine(place({ ...corner, x: tick }).x, span, tick)),
    ...up.flatMap(tick => upTick(place({ ...corner, y: tick }).y, tick)),
    ...chart.series.flatMap((series, index) => drawSeries(series.points, place, index)),
    svgText(left + plotWidth / 2, top + plotHeight + 40, `${chart.x} (logarithmic)`, "axis"),
    svgText(left, top - 8, chart.y, "value")
  ])
}

function drawSeries(
  points: readonly LinePoint[],
  place: (point: LinePoint) => LinePoint,
  index: number
): string[] {
  const colour = seriesColours[index % seriesColours.length]
  const at = points.map(point => ({ ...place(point), value: point.y }))
  const path = at.map(({ x, y }) => `${round(x)},${round(y)}`).join(" ")
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...at.flatMap(({ x, y, value }) => [
      `<circle cx="${round(x)}" cy="${round(y)}" r="3.5" fill="${colour}"/>`,
      svgText(x + 6, y - 6, valueLabel(value), "value")
    ])
  ]
}

function valueLabel(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(2)))
}

function upTick(y: number, tick: number): string[] {
  const at = round(y)
  return [
    `<line x1="${left}" y1="${at}" x2="${left + plotWidth}" y2="${at}"/>`,
    svgText(left - 8, at + 4, tickLabel(tick), "label")
  ]
}
