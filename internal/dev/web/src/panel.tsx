import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import * as api from './api';
import { Chart, palette, shade, type Dot, type Line } from './chart';
import * as board from './board';
import { exploreURL, logsQuery, tracesQuery } from './explore';
import * as format from './format';
import { useLoad, useSeen } from './hooks';
import { Markdown } from './markdown';
import { at, durationOf, live, type Range } from './time';
import { LogLine, TraceRow } from './rows';
import { withQuery } from './route';

export interface Context { range: Range; values: board.Values; tick: number }

// Panel draws one panel of a dashboard, once it comes into view.
export function PanelView({ panel, context }: { panel: board.Panel; context: Context }) {
  const [ref, seen] = useSeen<HTMLElement>();
  return (
    <section class={`panel ${panel.Kind}`} ref={ref} style={{ '--x': panel.At.X + 1, '--w': panel.At.W, '--h': panel.At.H }}>
      <header title={panel.Description}>
        <h3>{panel.Title}</h3>
        {panel.Links?.map((link) => <LinkTo link={link} context={context} row={{}} />)}
      </header>
      {seen ? <Body panel={panel} context={context} /> : <p class="dim">…</p>}
    </section>
  );
}

export function LinkTo({ link, context, row, children }: { link: board.Link; context: Context; row: Record<string, string>; children?: ComponentChildren }) {
  const text = children ?? link.Title;
  const to = linkURL(link, context, row);
  return to ? <a href={to} title={link.Tooltip || link.Title}>{text}</a> : <>{children}</>;
}

export function linkURL(link: board.Link, context: Context, row: Record<string, string>): string | null {
  const fill = (text: string) => board.expand(text, context.values, row);
  if (link.Dashboard) {
    const variables = Object.fromEntries((link.Variables ?? []).map((v) => ['var-' + v.Name, fill(v.Value)]));
    return withQuery('/d/' + fill(link.Dashboard), { ...context.range, ...variables });
  }
  if (link.Explore) {
    const text = fill(link.Explore.Text);
    return link.Explore.Language === 'promql' ? null : exploreURL(link.Explore.Language, text, context.range);
  }
  if (!link.URL) return null;
  const url = fill(link.URL);
  if (url.startsWith('/')) return url;
  return url.startsWith(location.origin + '/') ? url.slice(location.origin.length) : /^https?:/.test(url) ? url : null;
}

function Body({ panel, context }: { panel: board.Panel; context: Context }) {
  if (panel.Kind === 'text') return <div class="prose"><Markdown text={board.expand(panel.Content, context.values)} /></div>;
  if (panel.Kind === 'logs') return <LogsPanel panel={panel} context={context} />;
  if (panel.Kind === 'traces') return <TracesPanel panel={panel} context={context} />;
  if (panel.Kind === 'nodegraph') return <p class="dim">The map is on the <a href="/">overview</a>.</p>;
  return <Metrics panel={panel} context={context} />;
}

function LogsPanel({ panel, context }: { panel: board.Panel; context: Context }) {
  const text = board.expand(panel.Queries?.[0]?.Text ?? '', context.values);
  const url = withQuery('/logs', { ...logsQuery(text), ...milliseconds(context.range), limit: '30' }).split('?')[1];
  const { data, error } = useLoad((signal) => api.get<{ records: api.Log[] }>('/logs', new URLSearchParams(url), signal), [url, context.tick]);
  if (error) return <p class="bad">{error}</p>;
  return (
    <div class="scroll">
      {data?.records.map((record) => <LogLine record={record} key={record.id} />)}
      {data?.records.length === 0 && <p class="dim">{panel.NoValue || 'No records.'}</p>}
      <a href={exploreURL('logql', text, context.range)}>Open in logs</a>
    </div>
  );
}

function TracesPanel({ panel, context }: { panel: board.Panel; context: Context }) {
  const text = board.expand(panel.Queries?.[0]?.Text ?? '', context.values);
  const url = withQuery('/traces', { ...tracesQuery(text), ...milliseconds(context.range), limit: '15' }).split('?')[1];
  const { data, error } = useLoad((signal) => api.get<{ traces: api.Trace[] }>('/traces', new URLSearchParams(url), signal), [url, context.tick]);
  if (error) return <p class="bad">{error}</p>;
  return (
    <div class="scroll">
      {data?.traces.map((trace) => <TraceRow trace={trace} key={trace.trace_id} />)}
      {data?.traces.length === 0 && <p class="dim">{panel.NoValue || 'No traces.'}</p>}
      <a href={exploreURL('traceql', text, context.range)}>Open in traces</a>
    </div>
  );
}

export const milliseconds = (range: Range) => ({ from: String(Math.round(at(range.from) * 1000)), to: live(range) ? '' : String(Math.round(at(range.to) * 1000)) });

interface Answer { from: number; to: number; step: number; values: board.Values; results: api.Series[][]; exemplars: api.Exemplars[] }

async function ask(panel: board.Panel, context: Context, signal: AbortSignal): Promise<Answer> {
  const to = at(context.range.to);
  const own = panel.From ? durationOf(board.expand(panel.From, context.values)) : NaN;
  const from = Number.isNaN(own) ? at(context.range.from) : to - own;
  const least = Math.max(0, ...(panel.Queries ?? []).map((q) => q.Step / 1e9));
  const step = board.stepFor(from, to, panel.At.W * 25, least);
  const values = board.fill(context.values, from, to, step);
  const end = Math.floor(to / step) * step, start = Math.floor(from / step) * step;
  const results = await Promise.all((panel.Queries ?? []).map((q): Promise<api.Series[]> => {
    const text = board.expand(q.Text, values);
    if (q.Language === 'logql') return counts(text, start, end, step, signal);
    if (q.Language !== 'promql') return Promise.resolve([]);
    return q.Instant && panel.Kind !== 'timeseries' ? api.instant(text, to, signal) : api.range(text, start, end, step, signal);
  }));
  const withExemplars = (panel.Queries ?? []).find((q) => q.Exemplars && q.Language === 'promql');
  const found = withExemplars ? await api.exemplars(board.expand(withExemplars.Text, values), start, end, signal).catch(() => []) : [];
  return { from: start, to: end, step, values, results, exemplars: found };
}

// Counts answers a LogQL query that counts records by a label.
async function counts(text: string, from: number, to: number, step: number, signal: AbortSignal): Promise<api.Series[]> {
  const by = /by \(([^)]*)\)/.exec(text)?.[1].trim() ?? '';
  const query = new URLSearchParams(withQuery('', { ...logsQuery(text.replace(/\[[^\]]*\]/g, '')), by, step: String(step * 1000), from: String(from * 1000), to: String((to + step) * 1000) }));
  return filled(await api.get<api.Counts>('/logs/counts', query, signal), from, to, step);
}

// Filled says 0 where nothing was logged, since when everything is counted.
function filled(counts: api.Counts, from: number, to: number, step: number): api.Series[] {
  const first = Math.max(from, Math.ceil(counts.from_ms / 1000 / step) * step);
  return counts.series.map(({ metric, values }) => {
    const known = new Map(values);
    const out: [number, string][] = [];
    for (let t = first; t <= to; t += step) out.push([t, known.get(t) ?? '0']);
    return { metric, values: out };
  });
}

function Metrics({ panel, context }: { panel: board.Panel; context: Context }) {
  const key = JSON.stringify(context.values) + context.range.from + context.range.to;
  const { data, error } = useLoad((signal) => ask(panel, context, signal), [panel.ID, key, context.tick]);
  if (error) return <p class="bad">{error}</p>;
  if (!data) return <p class="dim">…</p>;
  if (data.results.every((r) => r.length === 0)) return <p class="dim empty">{panel.NoValue || 'No data in this range.'}</p>;
  switch (panel.Kind) {
    case 'stat': case 'gauge': return <Stat panel={panel} context={context} answer={data} />;
    case 'table': return <Table panel={panel} context={context} answer={data} />;
    case 'bar': return <Bars panel={panel} answer={data} />;
    case 'heatmap': return <Heatmap panel={panel} answer={data} />;
  }
  return <TimeSeries panel={panel} context={context} answer={data} />;
}

const last = (s: api.Series): number | null => {
  const text = s.value?.[1] ?? s.values?.[s.values.length - 1]?.[1];
  return text === undefined ? null : Number(text);
};

function linesOf(panel: board.Panel, context: Context, answer: Answer): { times: number[]; lines: Line[] } {
  const times: number[] = [];
  for (let t = answer.from; t <= answer.to; t += answer.step) times.push(t);
  const lines: Line[] = [];
  answer.results.forEach((result, i) => {
    const query = panel.Queries![i];
    for (const series of result) {
      const values: (number | null)[] = times.map(() => null);
      for (const [t, v] of series.values ?? []) {
        const n = Number(v), k = Math.round((t - answer.from) / answer.step);
        if (k >= 0 && k < values.length && Number.isFinite(n)) values[k] = n;
      }
      const label = board.legendOf(query, series.metric, context.values);
      const style = panel.Styles?.find((s) => (s.Series && s.Series === label) || (s.Pattern && matches(s.Pattern, label)));
      lines.push({
        label, values, color: style?.Color && style.Color !== 'text' ? shade(style.Color) : palette[lines.length % palette.length],
        dashed: style?.Dashed, thin: style?.Thin, fill: panel.Fill && !style?.NoFill,
      });
    }
  });
  return { times, lines };
}

// Matches knows (?i), with which a pattern for Grafana may begin.
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern.replace('(?i)', ''), pattern.includes('(?i)') ? 'i' : '').test(text);
  } catch {
    return false;
  }
}

function TimeSeries({ panel, context, answer }: { panel: board.Panel; context: Context; answer: Answer }) {
  const { times, lines } = useMemo(() => linesOf(panel, context, answer), [answer]);
  const dots = useMemo(() => dotsOf(answer, lines), [answer]);
  const marks = panel.Lines ? (panel.Thresholds ?? []).slice(1).map((t) => ({ value: t.From, color: shade(t.Color) })) : [];
  const shown = lines.slice(0, 60);
  return (
    <>
      <Chart times={times} lines={shown} unit={panel.Unit} height={panel.At.H * 30 - 78} min={panel.Min} max={panel.Max} log={panel.Logarithmic}
        marks={marks} dots={dots} stacked={panel.Stacked} />
      {!panel.NoLegend && <Legend panel={panel} context={context} answer={answer} lines={shown} />}
      {lines.length > shown.length && <p class="dim">{lines.length - shown.length} more series are not drawn.</p>}
    </>
  );
}

function Legend({ panel, context, answer, lines }: { panel: board.Panel; context: Context; answer: Answer; lines: Line[] }) {
  const rows = answer.results.flat();
  return (
    <ul class="legend">
      {lines.map((line, i) => {
        const value = [...line.values].reverse().find((v) => v !== null) ?? null;
        const link = panel.DataLinks?.[0];
        return (
          <li>
            <i style={{ background: line.color }} />
            {link ? <LinkTo link={link} context={context} row={rows[i]?.metric ?? {}}>{line.label}</LinkTo> : line.label} <em>{format.value(value, panel.Unit, panel.Decimals)}</em>
          </li>
        );
      })}
    </ul>
  );
}

// DotsOf are the exemplars that fit into what is drawn.
function dotsOf(answer: Answer, lines: Line[]): Dot[] {
  const most = Math.max(0, ...lines.flatMap((line) => line.values.map((v) => v ?? 0)));
  const dots = answer.exemplars.flatMap((series) => series.exemplars.map((e) => ({ time: e.timestamp, value: Number(e.value), trace: e.labels.trace_id ?? '' })));
  return dots.filter((dot) => dot.trace && dot.value <= most * 3).slice(-200);
}

function Stat({ panel, context, answer }: { panel: board.Panel; context: Context; answer: Answer }) {
  const all = answer.results.flatMap((result, i) => result.map((series) => ({ series, query: panel.Queries![i] })));
  return (
    <div class="stats">
      {all.slice(0, 8).map(({ series, query }) => {
        const value = last(series);
        const text = <strong style={{ color: shade(board.colorOf(panel.Thresholds, value)) }}>{format.value(value, panel.Unit, panel.Decimals)}</strong>;
        const link = panel.DataLinks?.[0];
        return (
          <div>
            {link ? <LinkTo link={link} context={context} row={series.metric}>{text}</LinkTo> : text}
            {all.length > 1 && <span class="dim">{board.legendOf(query, series.metric, context.values)}</span>}
            {panel.Sparkline && series.values && <Spark values={series.values.map((v) => Number(v[1]))} />}
          </div>
        );
      })}
    </div>
  );
}

export function Spark({ values }: { values: number[] }) {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(0, ...finite), high = Math.max(...finite, low + 1e-9);
  const points = values.map((v, i) => `${(i / Math.max(1, values.length - 1)) * 100},${28 - ((v - low) / (high - low)) * 26}`).join(' ');
  return <svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none"><polyline points={points} /></svg>;
}

function Table({ panel, context, answer }: { panel: board.Panel; context: Context; answer: Answer }) {
  const columns = (panel.Columns ?? []).filter((c) => !c.Hidden);
  const sorted = rowsOf(answer, columns.filter((c) => c.Label).map((c) => c.Label));
  const by = columns.find((c) => c.Title === panel.SortBy);
  const keyOf = (row: (typeof sorted)[0]) => (by?.Label ? row.labels[by.Label] ?? '' : row.values[by?.Query ?? 0] ?? -Infinity);
  if (by) sorted.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0) * (panel.Descending ? -1 : 1));
  return (
    <div class="scroll">
      <table>
        <thead><tr>{columns.map((c) => <th class={c.Label ? '' : 'number'}>{c.Title}</th>)}</tr></thead>
        <tbody>
          {sorted.slice(0, 200).map((row) => (
            <tr>{columns.map((c) => <Cell column={c} row={row} context={context} />)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TableRow { labels: Record<string, string>; values: (number | null)[] }

// RowsOf joins the series of all queries whose labels do not differ; one may lack a label.
function rowsOf(answer: Answer, names: string[]): TableRow[] {
  const rows: TableRow[] = [];
  answer.results.forEach((result, i) => {
    for (const series of result) {
      const { __name__, ...labels } = series.metric;
      const same = rows.find((row) => row.values[i] === undefined && names.every((n) => labels[n] === undefined || row.labels[n] === undefined || labels[n] === row.labels[n]));
      const row = same ?? { labels: {}, values: [] };
      row.labels = { ...labels, ...row.labels };
      row.values[i] = last(series);
      if (!same) rows.push(row);
    }
  });
  return rows;
}

function Cell({ column, row, context }: { column: board.Column; row: { labels: Record<string, string>; values: (number | null)[] }; context: Context }) {
  const value = column.Label ? null : row.values[column.Query] ?? null;
  const raw = column.Label ? row.labels[column.Label] ?? '' : String(value);
  const word = column.Values?.find((v) => v.Value === raw);
  const text = word?.Text ?? (column.Label ? raw : format.value(value, column.Unit, column.Decimals));
  const color = word?.Color ?? (column.Cell ? board.colorOf(column.Thresholds, value) : 'text');
  const link = column.Links?.[0];
  return (
    <td class={column.Label ? '' : 'number'} style={{ color: shade(color) }}>
      {link ? <LinkTo link={link} context={context} row={row.labels}>{text}</LinkTo> : text}
    </td>
  );
}

function Bars({ panel, answer }: { panel: board.Panel; answer: Answer }) {
  const rows = answer.results.flatMap((result, i) => result.map((s) => ({ label: board.legendOf(panel.Queries![i], s.metric, {}), value: last(s) ?? 0 })));
  const most = Math.max(...rows.map((r) => r.value), 1e-9);
  return (
    <ul class="bars">
      {rows.sort((a, b) => b.value - a.value).map((r) => (
        <li><span>{r.label}</span><i style={{ width: `${(r.value / most) * 60}%` }} /><em>{format.value(r.value, panel.Unit, panel.Decimals)}</em></li>
      ))}
    </ul>
  );
}

// Heatmap shows a histogram over time: how many fell between a bound and the one below.
function Heatmap({ panel, answer }: { panel: board.Panel; answer: Answer }) {
  const series = answer.results[0].filter((s) => s.metric.le !== undefined).sort((a, b) => Number(a.metric.le.replace('+Inf', 'Infinity')) - Number(b.metric.le.replace('+Inf', 'Infinity')));
  const columns = Math.round((answer.to - answer.from) / answer.step) + 1;
  const cells = series.map(() => new Float64Array(columns));
  series.forEach((s, i) => {
    for (const [t, v] of s.values ?? []) cells[i][Math.round((t - answer.from) / answer.step)] = Number(v) || 0;
  });
  for (let i = series.length - 1; i > 0; i--) for (let k = 0; k < columns; k++) cells[i][k] = Math.max(0, cells[i][k] - cells[i - 1][k]);
  const most = Math.max(1e-12, ...cells.flatMap((row) => [...row]));
  const used = series.map((_, i) => i).filter((i) => cells[i].some((v) => v > 0));
  if (!used.length) return <p class="dim empty">{panel.NoValue || 'No data in this range.'}</p>;
  const [first, end] = [used[0], used[used.length - 1]];
  const shown = series.slice(first, end + 1).map((s, i) => ({ le: s.metric.le, row: cells[first + i] })).reverse();
  return (
    <div class="heat">
      {shown.map(({ le, row }) => (
        <div>
          <span>{le === '+Inf' ? 'more' : format.value(Number(le), panel.Unit)}</span>
          <svg viewBox={`0 0 ${columns} 1`} preserveAspectRatio="none">
            {[...row].map((v, k) => v > 0 && <rect x={k} width={1.02} height={1} fill="#f2994a" fill-opacity={0.15 + 0.85 * Math.sqrt(v / most)} />)}
          </svg>
        </div>
      ))}
    </div>
  );
}
