// Prometheus' answers as Grafana's data source gives them to panels: one frame a series, or one table.
import { createDataFrame, DataFrame, FieldType } from "@grafana/data";

export interface Asked {
  dashboard: any;
  prometheus: string; // the path under which the server passes queries on
  from: number; // ms
  to: number;
  scrapeSeconds: number;
  chosen: Record<string, string>; // values of variables that have no "All"
  subtitle: string;
}
type Series = { metric: Record<string, string>; value?: [number, string]; values?: Array<[number, string]> };

const POINTS = 650; // about the pixels of a graph that takes half of the page

export async function ask(asked: Asked, path: string, query: Record<string, string | number>): Promise<Series[]> {
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const body = await (await fetch(`${asked.prometheus}/api/v1/${path}?${words}`)).json();
  if (body.status !== "success" || body.warnings) {
    throw new Error(body.error ?? body.warnings.join("; "));
  }
  return body.data.resultType === "vector" || body.data.resultType === "matrix"
    ? body.data.result
    : [{ metric: {}, value: body.data.result }];
}

/** Seconds between points: as Grafana, never less than between scrapes. */
export function step(asked: Asked): number {
  return Math.max(asked.scrapeSeconds, Math.ceil((asked.to - asked.from) / 1000 / POINTS));
}

/** `alone`: whether it is the only query of its panel. */
export async function frames(asked: Asked, target: any, alone: boolean, fill: (text: string) => string): Promise<DataFrame[]> {
  const query = fill(target.expr);
  const every = step(asked);
  const aligned = (moment: number) => Math.floor(moment / 1000 / every) * every;
  const found = target.range
    ? await ask(asked, "query_range", { query, start: aligned(asked.from), end: aligned(asked.to), step: every })
    : await ask(asked, "query", { query, time: asked.to / 1000 });
  if (target.format === "table") {
    return found.length ? [table(found, target.refId, alone ? "Value" : `Value #${target.refId}`)] : [];
  }
  return found.map((one) => series(one, target, every));
}

function series(one: Series, target: any, every: number): DataFrame {
  const points = one.values ?? [one.value!];
  const legend = (target.legendFormat ?? "").replace(/\{\{\s*(\w+)\s*\}\}/g, (_: string, name: string) => one.metric[name] ?? "");
  const { __name__, ...labels } = one.metric;
  const inner = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const name = legend || (inner.length || __name__ ? `${__name__ ?? ""}{${inner.join(", ")}}` : target.expr);
  return createDataFrame({
    refId: target.refId,
    name,
    fields: [
      { name: "Time", type: FieldType.time, values: points.map(([at]) => at * 1000), config: { interval: every * 1000 } },
      { name: "Value", type: FieldType.number, labels, values: points.map(([, value]) => Number(value)), config: { displayNameFromDS: name } },
    ],
  });
}

function table(found: Series[], refId: string, valueName: string): DataFrame {
  const labels = [...new Set(found.flatMap((one) => Object.keys(one.metric)))].sort();
  return createDataFrame({
    refId,
    fields: [
      { name: "Time", type: FieldType.time, values: found.map((one) => one.value![0] * 1000) },
      ...labels.map((name) => ({ name, type: FieldType.string, values: found.map((one) => one.metric[name] ?? "") })),
      { name: valueName, type: FieldType.number, values: found.map((one) => Number(one.value![1])) },
    ],
  });
}
