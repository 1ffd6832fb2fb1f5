// The dashboard's variables, chosen as Grafana does when a page is opened, and filled into text.
import { ask, Asked, step } from "./answers";

export type Chosen = Record<string, { text: string; value: string }>;

export async function variables(asked: Asked): Promise<Chosen> {
  const found: Chosen = {};
  for (const variable of asked.dashboard.templating.list) {
    found[variable.name] = variable.type === "query" ? await queried(asked, variable, found) : variable.current;
  }
  return found;
}

async function queried(asked: Asked, variable: any, earlier: Chosen) {
  const query = filled(variable.query.query, asked, earlier).replace(/^query_result\((.*)\)$/s, "$1");
  const pattern = new RegExp(variable.regex.slice(1, -1));
  const options = (await ask(asked, "query", { query, time: asked.to / 1000 })).flatMap(({ metric }) => {
    const labels = Object.entries(metric).filter(([name]) => name !== "__name__");
    const match = pattern.exec(`${metric.__name__ ?? ""}{${labels.map(([name, value]) => `${name}="${value}"`)}}`);
    return match ? [{ text: match.groups!.text, value: match.groups!.value }] : [];
  });
  if (!options.length) {
    throw new Error(`the variable ${variable.name} has nothing to choose from`);
  }
  options.sort((one, other) => one.text.localeCompare(other.text));
  const wanted = options.find((one) => one.value === asked.chosen[variable.name]);
  return variable.includeAll ? { text: "All", value: variable.allValue } : (wanted ?? options[0]);
}

export function filled(text: string, asked: Asked, chosen: Chosen): string {
  const rate = Math.max(step(asked) + asked.scrapeSeconds, 4 * asked.scrapeSeconds);
  const own: Record<string, string> = { __rate_interval: `${rate}s`, __range: `${Math.round((asked.to - asked.from) / 1000)}s` };
  return text.replace(/\$\{?(\w+)(?::\w+)?\}?/g, (whole, name) => own[name] ?? chosen[name]?.value ?? whole);
}
