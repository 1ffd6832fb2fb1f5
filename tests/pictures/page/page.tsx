// One dashboard, drawn at once; `window.found` then says what each query found.
import "@fontsource/inter/400.css";
import "@fontsource/inter/500.css";
import { dateTime, dateTimeFormat } from "@grafana/data";
import { GlobalStyles, useTheme2 } from "@grafana/ui";
import { createRoot } from "react-dom/client";

import { Asked, frames } from "./answers";
import { Panel, Shown, transformed } from "./panels";
import { Chosen, filled, variables } from "./variables";

interface Found { place: string; ref: string; expression: string; series: number; error?: string }
declare global {
  interface Window { asked: Asked; found?: Found[] }
}

const WIDTH = 1600;
const GAP = 8;
const ROW = 30 + GAP; // pixels of a line of Grafana's grid
const COLUMN = (WIDTH - 2 * GAP + GAP) / 24;

async function main() {
  const asked = window.asked;
  const found: Found[] = [];
  const chosen = await variables(asked);
  const fill = (text: string) => filled(text, asked, chosen);
  const shown = await Promise.all(asked.dashboard.panels.map((panel: any) => answered(asked, panel, fill, found)));
  for (const annotation of asked.dashboard.annotations.list) { // asked, though not drawn
    const target = { refId: "A", range: true, expr: annotation.expr };
    await noted(asked, `annotation ${annotation.name}`, target, true, fill, found);
  }
  createRoot(document.getElementById("page")!).render(<Page asked={asked} chosen={chosen} shown={shown} fill={fill} />);
  await document.fonts.ready;
  window.found = found;
}

async function answered(asked: Asked, panel: any, fill: (text: string) => string, found: Found[]): Promise<Shown> {
  const targets = panel.targets ?? [];
  const answers = await Promise.all(targets.map((target: any) => noted(asked, panel.title, target, targets.length === 1, fill, found)));
  const error = answers.find((one) => typeof one === "string");
  return { panel, frames: error ? [] : await transformed(panel, answers.flat()), error };
}

/** The frames of a query, or the error in words; either way `found` gets a line. */
async function noted(asked: Asked, place: string, target: any, alone: boolean, fill: (text: string) => string, found: Found[]) {
  const line: Found = { place, ref: target.refId, expression: target.expr, series: 0 };
  found.push(line);
  try {
    const answer = await frames(asked, target, alone, fill);
    const numbers = answer.filter((one) => one.fields.at(-1)!.values.some((value: number) => !Number.isNaN(value)));
    line.series = numbers.length;
    return answer;
  } catch (error) {
    line.error = String(error);
    return line.error;
  }
}

function Page({ asked, chosen, shown, fill }: { asked: Asked; chosen: Chosen; shown: Shown[]; fill: (text: string) => string }) {
  const theme = useTheme2();
  const { dashboard, from, to } = asked;
  const timeZone = dashboard.timezone;
  const timeRange = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };
  const bottom = Math.max(...shown.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  const labels = dashboard.templating.list.map((one: any) => `${one.label}: ${chosen[one.name].text}`);
  const when = `${dateTimeFormat(from, { timeZone })} – ${dateTimeFormat(to, { timeZone })}`;
  return (
    <div style={{ width: WIDTH, padding: GAP, background: theme.colors.background.canvas }}>
      <GlobalStyles />
      <style>{`body { overflow: visible } .nothing { display: grid; height: 100%; place-items: center; color: ${theme.colors.text.secondary} }`}</style>
      <h3>{dashboard.title}</h3>
      <p>{[...labels, when, asked.subtitle].join("   |   ")}</p>
      <div style={{ position: "relative", height: bottom * ROW }}>
        {shown.map((one) => {
          const { x, y, w, h } = one.panel.gridPos;
          const size = { width: w * COLUMN - GAP, height: h * ROW - GAP };
          return (
            <div key={one.panel.id} style={{ position: "absolute", left: x * COLUMN, top: y * ROW, ...size }}>
              {one.panel.type === "row" ? <h5>⌄ {one.panel.title}</h5> : <Panel shown={one} place={{ timeZone, timeRange, fill }} {...size} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

main().catch((error) => { window.found = [{ place: "page", ref: "", expression: "", series: 0, error: String(error) }]; });
