// Panels drawn by Grafana's own components, with what its panels add to them.
import {
  applyFieldOverrides, DataFrame, FieldConfigOptionsRegistry, getDisplayValueAlignmentFactors, getFieldDisplayValues,
  identityOverrideProcessor, standardTransformers, standardTransformersRegistry, transformDataFrame, VizOrientation,
} from "@grafana/data";
import { BarGauge, BigValue, PanelChrome, Table, TimeSeries, useTheme2, VizRepeater } from "@grafana/ui";
import { lastValueFrom } from "rxjs";

for (const transformation of [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer]) {
  standardTransformersRegistry.register({ id: transformation.id, name: transformation.name, transformation } as any);
}

// What the settings of fields are: those of every panel, and under `custom` those of one kind.
const OWN = ["unit", "decimals", "noValue", "thresholds", "color", "min", "max", "links", "displayName",
  "mappings"];
const CUSTOM = ["axisPlacement", "lineWidth", "fillOpacity", "showPoints", "spanNulls", "stacking", "drawStyle",
  "lineInterpolation", "pointSize", "cellOptions", "align", "inspect", "width", "minWidth", "hideFrom", "scaleDistribution"];
const registry = new FieldConfigOptionsRegistry(() => [
  ...OWN.map((id) => ({ id, path: id })),
  ...CUSTOM.map((path) => ({ id: `custom.${path}`, path, isCustom: true })),
].map((one) => ({ ...one, name: one.id, process: identityOverrideProcessor, shouldApply: () => true }) as any));

// Grafana adds these when it loads a panel that does not say otherwise.
const DEFAULTS: Record<string, any> = {
  timeseries: { color: { mode: "palette-classic" }, custom: {
    drawStyle: "line", lineInterpolation: "linear", fillOpacity: 0, pointSize: 5, axisPlacement: "auto",
    hideFrom: { legend: false, tooltip: false, viz: false }, scaleDistribution: { type: "linear" } } },
};

export interface Shown { panel: any; frames: DataFrame[]; error?: string }
interface Place { timeZone: string; timeRange: any; fill: (text: string) => string }

export async function transformed(panel: any, frames: DataFrame[]): Promise<DataFrame[]> {
  const context = { interpolate: (text: string) => text };
  return lastValueFrom(transformDataFrame(panel.transformations ?? [], frames, context));
}

export function Panel({ shown, place, width, height }: { shown: Shown; place: Place; width: number; height: number }) {
  const { title, description } = shown.panel;
  return (
    <PanelChrome width={width} height={height} title={title} description={description} statusMessage={shown.error}>
      {(innerWidth: number, innerHeight: number) => <Inside shown={shown} place={place} width={innerWidth} height={innerHeight} />}
    </PanelChrome>
  );
}

function Inside({ shown: { panel, frames }, place, width, height }: { shown: Shown; place: Place; width: number; height: number }) {
  const theme = useTheme2();
  const defaults = DEFAULTS[panel.type] ?? {};
  const own = panel.fieldConfig.defaults;
  const fieldConfig = { ...panel.fieldConfig, defaults: { ...defaults, ...own, custom: { ...defaults.custom, ...own.custom } } };
  const replaceVariables = (text: string) => place.fill(text);
  const data = applyFieldOverrides({ data: frames, fieldConfig, fieldConfigRegistry: registry, replaceVariables, theme, timeZone: place.timeZone });
  const { options } = panel;
  const size = { width, height };
  if (panel.type === "table") {
    return data.length
      ? <Table {...size} data={data[0]} cellHeight={options.cellHeight} initialSortBy={options.sortBy} showTypeIcons={false} fieldConfig={fieldConfig} />
      : <Nothing text={own.noValue} />;
  }
  if (panel.type === "timeseries") {
    return data.length
      ? <TimeSeries {...size} frames={data} timeRange={place.timeRange} timeZone={place.timeZone} legend={options.legend} />
      : <Nothing text={own.noValue} />;
  }
  const values = () => getFieldDisplayValues({ fieldConfig, reduceOptions: options.reduceOptions, replaceVariables, theme, data, timeZone: place.timeZone });
  const repeated = { ...size, getValues: values, getAlignmentFactors: getDisplayValueAlignmentFactors, source: data, renderCounter: 0 };
  if (panel.type === "stat") {
    return (
      <VizRepeater {...repeated} orientation={options.orientation} itemSpacing={3}
        renderValue={({ value, width, height, alignmentFactors, count, orientation }: any) => (
          <BigValue value={value.display} {...{ width, height, alignmentFactors, count, theme }} colorMode={options.colorMode}
            graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode} wideLayout={options.wideLayout}
            parentOrientation={orientation} />
        )} />
    );
  }
  if (panel.type === "bargauge") {
    return (
      <VizRepeater {...repeated} orientation={VizOrientation.Horizontal} itemSpacing={10} autoGrid={false}
        minVizWidth={options.minVizWidth} minVizHeight={options.minVizHeight} maxVizHeight={options.maxVizHeight}
        renderValue={({ value, width, height, alignmentFactors, orientation }: any) => (
          <BarGauge value={value.display} {...{ width, height, alignmentFactors, orientation, theme }} field={value.field}
            display={value.view?.getFieldDisplayProcessor(value.colIndex)} displayMode={options.displayMode}
            showUnfilled={options.showUnfilled} valueDisplayMode={options.valueMode} namePlacement={options.namePlacement} />
        )} />
    );
  }
  throw new Error(`no way to draw a panel of the type ${panel.type}`);
}

function Nothing({ text }: { text: string }) {
  return <div className="nothing">{text || "No data"}</div>;
}
