import { useState } from 'preact/hooks';
import * as api from '../api';
import { Chart, palette } from '../chart';
import { Choice } from '../controls';
import { redirect } from '../explore';
import * as format from '../format';
import { useLoad } from '../hooks';
import { Markdown } from '../markdown';
import { useRoute } from '../route';

export function AlertRow({ alert }: { alert: api.Alert }) {
  return (
    <a class={`alert ${alert.state} ${alert.severity}`} href={'/alerts?alert=' + encodeURIComponent(keyOf(alert))}>
      <span class={`badge ${alert.state === 'firing' ? 'bad' : 'warn'}`}>{alert.state === 'firing' ? alert.severity : 'pending'}</span>
      <b>{alert.service || alert.name}</b> {alert.slo} <span>{alert.annotations.summary ?? alert.name}</span>
      <time class="dim">{alert.activeAt && format.ago(Date.parse(alert.activeAt))}</time>
    </a>
  );
}

const keyOf = (a: api.Alert) => [a.name, ...Object.entries(a.labels).sort().map(([k, v]) => `${k}=${v}`)].join(',');

export function Alerts() {
  const { query } = useRoute();
  const { data, error } = useLoad((signal) => api.get<{ active: api.Alert[]; rules: api.Rule[] }>('/alerts', undefined, signal), [], 5);
  const service = query.get('service') ?? '', slo = query.get('slo') ?? '', chosen = query.get('alert');
  const fits = (labels: Record<string, string>) => (!service || labels.service === service) && (!slo || labels.slo === slo);
  const alert = data?.active.find((a) => keyOf(a) === chosen);
  const active = data?.active.filter((a) => fits(a.labels)) ?? [];
  const rules = data?.rules.filter((r) => fits(r.labels)) ?? [];
  if (error && !data) return <><h1>Alerts</h1><p class="bad">{error}</p></>;
  if (chosen && data) return alert ? <Detail alert={alert} /> : <><h1>Alerts</h1><p>This alert does not fire any more.</p><p><a href="/alerts">All alerts</a></p></>;
  return (
    <>
      <h1>Alerts</h1>
      <div class="filters">
        <Choice name="service" label="Service" options={[...new Set(data?.rules.map((r) => r.labels.service).filter(Boolean))]} />
        <Choice name="slo" label="SLO" options={[...new Set(data?.rules.filter((r) => !service || r.labels.service === service).map((r) => r.labels.slo).filter(Boolean))]} />
      </div>
      <section class="card"><h2>{active.length ? `${active.length} active` : 'None is active'}</h2>{active.map((a) => <AlertRow alert={a} key={keyOf(a)} />)}</section>
      <section class="card">
        <h2>{rules.length} rules</h2>
        <div class="scroll">
          <table>
            <thead><tr><th>State</th><th>Alert</th><th>Service</th><th>SLO</th><th>Severity</th><th>For</th></tr></thead>
            <tbody>{rules.map((r) => <RuleRow rule={r} />)}</tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function RuleRow({ rule }: { rule: api.Rule }) {
  const [open, set] = useState(false);
  return (
    <>
      <tr class="clickable" onClick={() => set(!open)}>
        <td><span class={`state ${rule.state}`}>{rule.state}</span></td><td>{rule.name}{rule.last_error && <div class="bad">{rule.last_error}</div>}</td>
        <td>{rule.labels.service}</td><td>{rule.labels.slo}</td><td>{rule.labels.severity}</td><td>{rule.for ? format.long(rule.for) : ''}</td>
      </tr>
      {open && <tr><td colSpan={6}><pre>{rule.query}</pre></td></tr>}
    </>
  );
}

// Links of an alert lead to this page.
function local(url: string): string | null {
  try {
    const u = new URL(url);
    if (u.pathname === '/explore') return redirect(u.searchParams);
    return /^https?:$/.test(u.protocol) ? u.pathname.replace(/\.md$/, '') + u.search : null;
  } catch {
    return null;
  }
}

function Detail({ alert }: { alert: api.Alert }) {
  const a = alert.annotations;
  const runbook = a.runbook_url ? local(a.runbook_url) : null;
  const links: [string, string | null][] = [['Dashboard', a.dashboard ? local(a.dashboard) : null], ['Failing traces', a.traces ? local(a.traces) : null], ['Logs', alert.service ? `/logs?service=${alert.service}&level=warn` : null]];
  return (
    <>
      <h1><span class={`badge ${alert.state === 'firing' ? 'bad' : 'warn'}`}>{alert.severity}</span> {a.summary ?? alert.name}</h1>
      <p class="facts">{alert.name} · {alert.state}{alert.activeAt && ` since ${format.dateTime(Date.parse(alert.activeAt))}, ${format.ago(Date.parse(alert.activeAt))}`} · value {format.number(Number(alert.value))}</p>
      {a.description && <p class="prose">{a.description}</p>}
      <p>{links.filter(([, to]) => to).map(([text, to], i) => <>{i > 0 && ' · '}<a href={to!}>{text}</a></>)}</p>
      {alert.slo && <Burn alert={alert} />}
      {runbook && <section class="card prose"><Runbook path={runbook.replace(/^\/runbooks\//, '')} /></section>}
      <section class="card"><h2>Rule</h2><pre>{alert.query}</pre><dl class="attributes">{Object.entries(alert.labels).map(([k, v]) => <><dt>{k}</dt><dd>{v}</dd></>)}</dl></section>
    </>
  );
}

function Burn({ alert }: { alert: api.Alert }) {
  const to = Math.floor(Date.now() / 30000) * 30, from = to - 3600;
  const { data } = useLoad((signal) => api.range(`slo:errors:ratio{service="${alert.service}", slo="${alert.slo}", window=~"5m|1h"}`, from, to, 30, signal), [keyOf(alert), to]);
  if (!data?.length) return null;
  const times = Array.from({ length: 121 }, (_, i) => from + i * 30);
  const lines = data.map((s, i) => {
    const values: (number | null)[] = times.map(() => null);
    for (const [t, v] of s.values ?? []) values[Math.round((t - from) / 30)] = Number(v);
    return { label: 'bad over ' + s.metric.window, values, color: palette[i] };
  });
  return <section class="card"><h2>Share of what was bad, last hour</h2><Chart times={times} lines={lines} unit="share" height={160} /></section>;
}

export function Runbook({ path }: { path: string }) {
  const { data, error } = useLoad((signal) => api.get<{ markdown: string }>('/runbooks/' + path.replace(/(\.md)?$/, '.md'), undefined, signal), [path]);
  if (error) return <p class="bad">{error}</p>;
  return data ? <Markdown text={data.markdown} /> : <p class="dim">Loading…</p>;
}
