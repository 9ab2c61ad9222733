import { useMemo, useState } from 'preact/hooks';
import * as api from '../api';
import { palette } from '../chart';
import * as format from '../format';
import { useKeys, useLoad } from '../hooks';
import { set, useRoute, withQuery } from '../route';
import { Attributes, LogLine } from '../rows';

interface Row { span: api.Span; depth: number; children: number }

// RowsOf gives each span its depth. The spans come with parents before children.
function rowsOf(all: api.Span[]): Row[] {
  const depth = new Map<string, number>();
  const children = new Map<string, number>();
  for (const span of all) if (span.parent_id) children.set(span.parent_id, (children.get(span.parent_id) ?? 0) + 1);
  return all.map((span) => {
    const d = span.parent_id && depth.has(span.parent_id) ? depth.get(span.parent_id)! + 1 : 0;
    depth.set(span.span_id, d);
    return { span, depth: d, children: children.get(span.span_id) ?? 0 };
  });
}

const mostRows = 1500;

export function TraceView({ id }: { id: string }) {
  const { query } = useRoute();
  const { data, error } = useLoad((signal) => api.get<api.WholeTrace>('/traces/' + encodeURIComponent(id), undefined, signal), [id]);
  const rows = useMemo(() => rowsOf(data?.all ?? []), [data]);
  const [closed, setClosed] = useState<Set<string>>(new Set());
  const chosen = query.get('span');
  const visible = useMemo(() => visibleRows(rows, closed), [rows, closed]);
  const index = visible.findIndex((row) => row.span.span_id === chosen);
  const choose = (i: number) => visible[i] && set({ span: visible[i].span.span_id }, true);
  const toggle = (span: string) => setClosed((old) => {
    const next = new Set(old);
    if (!next.delete(span)) next.add(span);
    return next;
  });
  useKeys((key) => {
    if (key === 'j') choose(Math.min(index + 1, visible.length - 1));
    if (key === 'k') choose(Math.max(index - 1, 0));
    if (key === 'Enter' && visible[index]) toggle(visible[index].span.span_id);
    if (key === 'e') choose(nextFailed(visible, index));
    if (key === 'Escape') set({ span: null }, true);
  });
  if (error) return <><h1>Trace</h1><p class="bad">{error}</p><p class="dim">It may be older than what is kept, or not have arrived.</p></>;
  if (!data) return <p class="dim">Loading…</p>;
  const colors = new Map(data.services.map((s, i) => [s, palette[i % palette.length]]));
  const span = data.all.find((s) => s.span_id === chosen);
  return (
    <>
      <h1>{data.service} <small>{data.name}</small></h1>
      <p class="facts">
        {format.dateTime(data.time_us / 1000)} · <b>{format.nanoseconds(data.duration_ns)}</b> · {data.spans} spans of {data.services.length} service{data.services.length > 1 ? 's' : ''}
        {data.failed > 0 && <b class="bad"> · {data.failed} failed</b>} · <a href={'/logs?trace=' + data.trace_id + range(data)}>{data.logs.length} log records</a>
        <span class="dim"> · {data.trace_id}</span>
      </p>
      <ul class="legend">{data.services.map((s) => <li><i style={{ background: colors.get(s)! }} />{s}</li>)}<li><i class="critical-mark" />critical path</li><li><i class="log-mark" />log record</li></ul>
      <div class={span ? 'split' : ''}>
        <div class="waterfall" role="tree">
          {visible.slice(0, mostRows).map((row) => <SpanRow row={row} trace={data} color={colors.get(row.span.service)!} closed={closed.has(row.span.span_id)} chosen={row.span.span_id === chosen} onToggle={toggle} />)}
          {visible.length > mostRows && <p class="dim">{visible.length - mostRows} more spans are not drawn.</p>}
        </div>
        {span && <SpanDetails span={span} trace={data} />}
      </div>
      {data.logs.length > 0 && <section class="card"><h2>What was logged</h2>{data.logs.slice(0, 300).map((record) => <LogLine record={record} offset={(record.time_us - data.time_us) / 1e6} key={record.id} />)}</section>}
    </>
  );
}

const range = (t: api.Trace) => `&from=${Math.floor(t.time_us / 1000) - 300000}&to=${Math.ceil((t.time_us + t.duration_ns / 1000) / 1000) + 300000}`;

function visibleRows(rows: Row[], closed: Set<string>): Row[] {
  const out: Row[] = [];
  let hiddenBelow = Infinity;
  for (const row of rows) {
    if (row.depth > hiddenBelow) continue;
    hiddenBelow = closed.has(row.span.span_id) ? row.depth : Infinity;
    out.push(row);
  }
  return out;
}

function nextFailed(rows: Row[], index: number): number {
  const after = rows.findIndex((row, i) => i > index && row.span.failed);
  return after >= 0 ? after : rows.findIndex((row) => row.span.failed);
}

function SpanRow({ row, trace, color, closed, chosen, onToggle }: { row: Row; trace: api.WholeTrace; color: string; closed: boolean; chosen: boolean; onToggle: (id: string) => void }) {
  const { span } = row;
  const whole = Math.max(trace.duration_ns, 1);
  const left = ((span.time_us - trace.time_us) * 1000 / whole) * 100, length = (span.duration_ns / whole) * 100;
  const logs = trace.logs.filter((l) => l.span_id === span.span_id);
  return (
    <div class={`span ${span.failed ? 'failed' : ''} ${chosen ? 'selected' : ''}`} role="treeitem" aria-selected={chosen} onClick={() => set({ span: chosen ? null : span.span_id }, true)}>
      <div class="label" style={{ paddingLeft: `${row.depth * 12}px` }}>
        {row.children > 0 ? <button aria-label={closed ? 'Show what is below' : 'Hide what is below'} onClick={(e) => { e.stopPropagation(); onToggle(span.span_id); }}>{closed ? '▸' : '▾'}</button> : <span class="no-button" />}
        <span class="text" title={`${span.service} ${span.name} (${span.kind})`}><b style={{ color }}>{span.service}</b> {span.name}</span>
        {span.failed && <span class="bad" title={span.status || 'failed'}>✕</span>}
      </div>
      <div class="track">
        <i class={span.critical ? 'bar critical' : 'bar'} style={{ left: `${left}%`, width: `max(2px, ${length}%)`, background: color }} />
        {logs.map((l) => <i class={`tick ${l.level}`} style={{ left: `${((l.time_us - trace.time_us) * 1000 / whole) * 100}%` }} title={`${l.level}: ${l.body}`} />)}
        <span class="took" style={left + length < 80 ? { left: `${left + length}%` } : left > 20 ? { right: `${100 - left}%` } : { right: '0', color: '#fff' }}>{format.nanoseconds(span.duration_ns)}</span>
      </div>
    </div>
  );
}

function SpanDetails({ span, trace }: { span: api.Span; trace: api.WholeTrace }) {
  const logs = trace.logs.filter((l) => l.span_id === span.span_id);
  const around = { from: String(Math.floor(span.time_us / 1000) - 900000), to: String(Math.ceil(span.time_us / 1000) + 900000) };
  return (
    <aside class="card details">
      <h2>{span.name}</h2>
      <p>{span.service} · {span.kind} · <b>{format.nanoseconds(span.duration_ns)}</b>, {format.nanoseconds((span.time_us - trace.time_us) * 1000)} after the start{span.critical && ' · on the critical path'}</p>
      {span.failed && <p class="bad">Failed{span.status ? ': ' + span.status : ''}</p>}
      <p>
        <a href={withQuery('/logs', { service: span.service, trace: span.trace_id, ...around })}>Logs</a> · <a href={'/spec?service=' + span.service}>Spec</a> · <a href={withQuery('/service/' + span.service, around)}>Metrics of {span.service} then</a> · <a href={withQuery('/traces', { service: span.service, operation: span.name })}>Others like it</a>
      </p>
      <h4>Attributes</h4>
      <Attributes list={span.attributes} to="/traces" service={span.service} />
      {span.events?.map((e) => <><h4>{e.name} <small>{format.nanoseconds((e.time_us - trace.time_us) * 1000)}</small></h4><Attributes list={e.attributes} to="/traces" /></>)}
      {span.links?.map((l) => <p>Linked to <a href={`/traces/${l.trace_id}?span=${l.span_id}`}>trace {l.trace_id.slice(0, 8)}</a></p>)}
      {logs.length > 0 && <h4>Logged here</h4>}
      {logs.map((record) => <LogLine record={record} offset={(record.time_us - trace.time_us) / 1e6} key={record.id} />)}
      <h4>Resource</h4>
      <Attributes list={span.resource} to="/traces" />
    </aside>
  );
}
