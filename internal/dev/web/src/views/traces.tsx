import { useEffect, useState } from 'preact/hooks';
import * as api from '../api';
import { Attrs, Check, Choice, RangePicker, Text } from '../controls';
import { useKeys, useLoad } from '../hooks';
import { milliseconds } from '../panel';
import { go, useRoute } from '../route';
import { TraceRow } from '../rows';
import { rangeOf } from '../time';

const keep = ['service', 'operation', 'kind', 'failed', 'min', 'max', 'q'];

export function Traces() {
  const { query } = useRoute();
  const range = rangeOf(query, 'now-1h');
  const [selected, select] = useState(-1);
  const names = useLoad((signal) => api.get<{ services: Record<string, string[]> }>('/names', undefined, signal), [], 15);
  const service = query.get('service') ?? '';
  const services = names.data?.services ?? {};
  const operations = [...new Set(service ? services[service] ?? [] : Object.values(services).flat())].sort();
  const { data, error, loading } = useLoad((signal) => {
    const params = new URLSearchParams({ limit: query.get('limit') ?? '50' });
    for (const name of keep) if (query.get(name)) params.set(name, query.get(name)!);
    for (const a of query.getAll('attr')) params.append('attr', a);
    for (const [name, value] of Object.entries(milliseconds(range))) if (value) params.set(name, value);
    return api.get<{ traces: api.Trace[]; partial: boolean }>('/traces', params, signal);
  }, [query.toString()], query.get('live') === 'true' ? 2 : 0);
  const traces = data?.traces ?? [];
  const filtered = [...keep, 'attr'].some((name) => query.has(name));
  const longest = Math.max(0, ...traces.map((t) => t.duration_ns));
  useKeys((key) => {
    if (key === 'j') select(Math.min(selected + 1, traces.length - 1));
    if (key === 'k') select(Math.max(selected - 1, 0));
    if (key === 'Enter' && traces[selected]) go(`/traces/${traces[selected].trace_id}?span=${traces[selected].match.span_id}`);
  });
  useEffect(() => document.querySelector('.trace.selected')?.scrollIntoView({ block: 'nearest' }), [selected]);
  return (
    <>
      <h1>Traces</h1>
      <div class="filters">
        <Text name="q" label="Text" placeholder="words of names, errors, attributes" wide />
        <Choice name="service" label="Service" options={Object.keys(services).sort()} />
        <Choice name="operation" label="Operation" options={operations} />
        <Text name="min" label="At least" placeholder="250ms" />
        <Text name="max" label="At most" placeholder="2s" />
        <RangePicker fallback="now-1h" />
        <Check name="failed" label="Failed" />
        <Attrs />
        <Check name="live" label="Live" />
      </div>
      <p class="dim">A trace is found by any of its spans; all that is set must hold for the same span.</p>
      {error && <p class="bad">{error}</p>}
      {data?.partial && <p class="warn">The search took too long and did not look at everything: narrow it.</p>}
      <div class="trace-list">
        {traces.map((trace, i) => <TraceRow trace={trace} selected={i === selected} longest={longest} found={filtered} key={trace.trace_id} />)}
      </div>
      {loading && !data && <p class="dim">Searching…</p>}
      {data && traces.length === 0 && <p class="dim empty">No trace fits. A longer range, or fewer filters, may find something.</p>}
      {traces.length >= Number(query.get('limit') ?? 50) && <p class="dim">These are the newest. <a href={moreOf(query)}>More</a></p>}
    </>
  );
}

function moreOf(query: URLSearchParams): string {
  const next = new URLSearchParams(query);
  next.set('limit', String(Math.min(500, Number(query.get('limit') ?? 50) * 2)));
  return '/traces?' + next.toString();
}
