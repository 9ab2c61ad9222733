import { useEffect, useState } from 'preact/hooks';
import * as api from '../api';
import type { Board, Values, Variable } from '../board';
import { RangePicker } from '../controls';
import { useLoad } from '../hooks';
import { PanelView, type Context } from '../panel';
import { set, useRoute } from '../route';
import { live, rangeOf } from '../time';

interface Title { uid: string; title: string; description: string; folder: string; tags: string[] | null }

export function Dashboards() {
  const { data, error } = useLoad((signal) => api.get<Title[]>('/dashboards', undefined, signal), []);
  return (
    <>
      <h1>Dashboards</h1>
      {error && <p class="bad">{error}</p>}
      <ul class="tiles">
        {data?.map((d) => <li><a class="card" href={'/d/' + d.uid}><b>{d.title}</b><span class="dim">{d.description}</span></a></li>)}
      </ul>
    </>
  );
}

export function Dashboard({ uid, changed }: { uid: string; changed: string }) {
  const { query } = useRoute();
  const { data, error } = useLoad((signal) => api.get<Board>('/dashboards/' + encodeURIComponent(uid), undefined, signal), [uid, changed]);
  const range = rangeOf(query, 'now-15m');
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!live(range)) return;
    const timer = setInterval(() => !document.hidden && setTick((n) => n + 1), 15000);
    return () => clearInterval(timer);
  }, [range.to]);
  if (error) return <><h1>Dashboard</h1><p class="bad">{error}</p></>;
  if (!data) return <p class="dim">Loading…</p>;
  const values: Values = {};
  for (const v of data.Variables ?? []) values[v.Name] = query.get('var-' + v.Name) ?? (v.Default || v.All || v.Values?.[0] || '');
  const context: Context = { range, values, tick };
  const variables = (data.Variables ?? []).filter((v) => v.Kind !== 'datasource' && !v.Hidden);
  return (
    <>
      <h1>{data.Title} <small>{data.Description}</small></h1>
      <div class="filters">
        <RangePicker />
        {variables.map((v) => <Select variable={v} values={values} key={v.Name} />)}
      </div>
      {data.Rows.map((row) => <Row row={row} context={context} key={uid + row.Title} />)}
    </>
  );
}

function Row({ row, context }: { row: Board['Rows'][0]; context: Context }) {
  const [open, setOpen] = useState(!row.Collapsed);
  return (
    <>
      <h2 class="row"><button aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '▾' : '▸'} {row.Title}</button></h2>
      {open && <div class="grid">{row.Panels?.map((p) => <PanelView panel={p} context={context} key={p.ID} />)}</div>}
    </>
  );
}

function Select({ variable, values }: { variable: Variable; values: Values }) {
  const [options, setOptions] = useState<string[]>(variable.Values ?? []);
  useEffect(() => {
    if (variable.Kind !== 'values' || !variable.Of) return;
    const match = variable.Query.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '.*');
    api.labelValues(variable.Of, match).then((found) => {
      setOptions(found);
      if (!variable.All && !values[variable.Name] && found[0]) set({ ['var-' + variable.Name]: found[0] }, true);
    }, () => setOptions([]));
  }, [variable.Query, JSON.stringify(values)]);
  const value = values[variable.Name];
  const all = value && value !== variable.All && !options.includes(value) ? [value, ...options] : options;
  return (
    <label class="field" title={variable.Description}>
      <span>{variable.Label || variable.Name}</span>
      <select value={value} onChange={(e) => set({ ['var-' + variable.Name]: e.currentTarget.value })}>
        {variable.All && <option value={variable.All}>all</option>}
        {all.map((o) => <option value={o}>{o}</option>)}
      </select>
    </label>
  );
}
