import { useEffect, useMemo, useState } from 'preact/hooks';
import * as api from '../api';
import { Attrs, Check, Choice, RangePicker, Text } from '../controls';
import { useKeys, useLoad } from '../hooks';
import { milliseconds } from '../panel';
import { useRoute } from '../route';
import { LogLine } from '../rows';
import { at, rangeOf } from '../time';
import { LevelBars } from '../levels';

const keep = ['service', 'level', 'q', 'event', 'trace', 'span'];
const mostLines = 1000;

export function Logs() {
  const { query } = useRoute();
  const range = rangeOf(query);
  const live = query.get('live') === 'true';
  const filter = useMemo(() => {
    const out = new URLSearchParams();
    for (const name of keep) if (query.get(name)) out.set(name, query.get(name)!);
    for (const a of query.getAll('attr')) out.append('attr', a);
    return out;
  }, [query.toString()]);
  const names = useLoad((signal) => api.get<{ services: Record<string, string[]> }>('/names', undefined, signal), [], 15);
  return (
    <>
      <h1>Logs</h1>
      <div class="filters">
        <Text name="q" label="Text" placeholder='words, or "a phrase"' wide />
        <Choice name="service" label="Service" options={Object.keys(names.data?.services ?? {}).sort()} />
        <Choice name="level" label="From level" options={['trace', 'debug', 'info', 'warn', 'error', 'fatal']} />
        <RangePicker />
        <Attrs />
        {query.get('event') && <Text name="event" label="Event" />}
        {query.get('trace') && <Text name="trace" label="Trace" />}
        <Check name="live" label="Live" />
      </div>
      {live ? <Tail filter={filter} /> : <Found filter={filter} range={range} />}
    </>
  );
}

function Found({ filter, range }: { filter: URLSearchParams; range: { from: string; to: string } }) {
  const [older, setOlder] = useState<api.Log[]>([]);
  const [more, setMore] = useState(true);
  const key = filter.toString() + range.from + range.to;
  const params = () => new URLSearchParams({ ...Object.fromEntries(Object.entries(milliseconds(range)).filter(([, v]) => v)), limit: '200' });
  const request = (extra: Record<string, string>) => {
    const p = params();
    for (const [name, value] of filter) p.append(name, value);
    for (const [name, value] of Object.entries(extra)) p.set(name, value);
    return p;
  };
  useEffect(() => {
    setOlder([]);
    setMore(true);
  }, [key]);
  const { data, error, loading } = useLoad((signal) => api.get<{ records: api.Log[]; partial: boolean }>('/logs', request({}), signal), [key]);
  const records = [...(data?.records ?? []), ...older];
  const next = async () => {
    const oldest = records.reduce((a, b) => (before(a.id, b.id) ? a : b));
    const page = await api.get<{ records: api.Log[] }>('/logs', request({ before: oldest.id }));
    setOlder([...older, ...page.records]);
    setMore(page.records.length > 0);
  };
  return (
    <>
      <LevelBars filter={filter} from={at(range.from)} to={at(range.to)} name={key} />
      {error && <p class="bad">{error}</p>}
      {data?.partial && <p class="warn">The search took too long and did not look at everything: narrow it.</p>}
      <Lines records={records} />
      {data && records.length === 0 && <p class="dim empty">Nothing was logged that fits. A longer range, or fewer filters, may find something.</p>}
      {loading && !data && <p class="dim">Searching…</p>}
      {records.length >= 200 && more && <button class="more" onClick={() => void next()}>Older records</button>}
    </>
  );
}

// Before compares ids, which count in the order of arrival.
function before(a: string, b: string): boolean {
  const [pa, ra] = a.split('.').map(Number), [pb, rb] = b.split('.').map(Number);
  return pa < pb || (pa === pb && ra < rb);
}

function Tail({ filter }: { filter: URLSearchParams }) {
  const [records, set] = useState<api.Log[]>([]);
  const [missed, setMissed] = useState(0);
  const [state, setState] = useState('Waiting for records…');
  useEffect(() => {
    set([]);
    const source = new EventSource('/api/obsboot/logs/tail?' + filter.toString());
    source.onmessage = (event) => {
      const { records: fresh, missed: left } = JSON.parse(event.data as string) as { records: api.Log[]; missed: number };
      if (fresh.length) set((old) => [...fresh.reverse(), ...old].slice(0, mostLines));
      if (left) setMissed((n) => n + left);
    };
    source.onerror = () => setState('The connection was lost; trying again…');
    source.onopen = () => setState('Waiting for records…');
    return () => source.close();
  }, [filter.toString()]);
  return (
    <>
      {missed > 0 && <p class="warn">{missed} records came too fast to be shown here. They are found by a search.</p>}
      <Lines records={records} />
      {records.length === 0 && <p class="dim empty">{state}</p>}
    </>
  );
}

function Lines({ records }: { records: api.Log[] }) {
  const [selected, select] = useState(-1);
  const [open, toggle] = useState<string>('');
  useKeys((key) => {
    if (key === 'j') select(Math.min(selected + 1, records.length - 1));
    if (key === 'k') select(Math.max(selected - 1, 0));
    if (key === 'Enter' && records[selected]) toggle(open === records[selected].id ? '' : records[selected].id);
  });
  useEffect(() => document.querySelector('.log-item.selected')?.scrollIntoView({ block: 'nearest' }), [selected]);
  return (
    <div class="log-list">
      {records.map((record, i) => (
        <div class={i === selected ? 'log-item selected' : 'log-item'} key={record.id}>
          <LogLine record={record} open={open === record.id} onOpen={() => toggle(open === record.id ? '' : record.id)} />
        </div>
      ))}
    </div>
  );
}
