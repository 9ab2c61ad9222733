import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import * as api from './api';
import { redirect } from './explore';
import * as format from './format';
import { useKeys, useLoad } from './hooks';
import { go, useRoute } from './route';
import { Alerts, Runbook } from './views/alerts';
import { Dashboard, Dashboards } from './views/dashboards';
import { Logs } from './views/logs';
import { Overview } from './views/overview';
import { Spec } from './views/spec';
import { TraceView } from './views/trace';
import { Traces } from './views/traces';

const views: [string, string, string][] = [
  ['/', 'Overview', 'o'], ['/dashboards', 'Dashboards', 'd'], ['/traces', 'Traces', 't'], ['/logs', 'Logs', 'l'], ['/spec', 'Spec', 's'], ['/alerts', 'Alerts', 'a'],
];

function theme(next?: string): string {
  const now = next ?? localStorage.getItem('obsboot-theme') ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
  document.documentElement.dataset.theme = now;
  if (next) {
    localStorage.setItem('obsboot-theme', next);
    window.dispatchEvent(new Event('obsboot-theme'));
  }
  return now;
}
theme();

function Page() {
  const { path, query } = useRoute();
  const { data: status, error } = useLoad((signal) => api.get<api.Status>('/status', undefined, signal), [], 3);
  const [help, setHelp] = useState(false);
  const pending = useRef(0);
  const switchTheme = () => theme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
  useKeys((key, event) => {
    if (Date.now() - pending.current < 1200) {
      pending.current = 0;
      const view = views.find((v) => v[2] === key);
      if (view) go(view[0]);
      return;
    }
    if (key === 'g') pending.current = Date.now();
    if (key === '?') setHelp(!help);
    if (key === 'Escape') setHelp(false);
    if (key === 'T') switchTheme();
    if (key === '/') {
      event.preventDefault();
      const field = document.querySelector<HTMLInputElement>('input[data-name="q"]');
      if (field) field.focus();
      else go('/logs');
    }
  });
  useEffect(() => {
    const view = views.find(([to]) => (to === '/' ? path === '/' : path.startsWith(to)));
    document.title = `${status?.alerts ? `(${status.alerts}) ` : ''}${view?.[1] ?? 'obsboot'} · ${status?.system ?? 'obsboot'}`;
  }, [path, status?.alerts, status?.system]);
  return (
    <>
      <nav>
        <a class="brand" href="/">obsboot</a>
        {views.map(([to, text, key]) => {
          const here = to === '/' ? path === '/' : path.startsWith(to) || (to === '/dashboards' && path.startsWith('/d/'));
          return <a href={to} aria-current={here ? 'page' : undefined} title={`g ${key}`}>{text}{to === '/alerts' && status && status.alerts > 0 && <span class="badge bad">{status.alerts}</span>}</a>;
        })}
        <span class="grow" />
        <button title="Dark or light (T)" aria-label="Dark or light" onClick={switchTheme}>◐</button>
        <button title="Keys (?)" aria-label="Keys" onClick={() => setHelp(!help)}>?</button>
      </nav>
      {error && <p class="banner bad" role="alert">{error}</p>}
      {status?.failing && <p class="banner bad" role="alert">Nothing can be written: {status.failing}</p>}
      {status?.problems.text && <details class="banner warn" open><summary>The spec has problems. The one that was valid before stays in force.</summary><pre>{status.problems.text}</pre></details>}
      <main><View path={path} query={query} status={status} /></main>
      {status && <Footer status={status} />}
      {help && <Help close={() => setHelp(false)} />}
    </>
  );
}

function View({ path, query, status }: { path: string; query: URLSearchParams; status?: api.Status }) {
  const [, first, second] = path.split('/');
  const explore = path === '/explore', service = first === 'service' && second;
  useEffect(() => {
    if (explore) go(redirect(query), true);
    if (service) void api.get<api.Overview>('/overview').then((o) => go('/d/' + (o.services.find((s) => s.name === decodeURIComponent(service))?.dashboard ?? '') + location.search, true));
  }, [path]);
  switch (first) {
    case '': return <Overview status={status} />;
    case 'dashboards': return <Dashboards />;
    case 'd': return <Dashboard uid={decodeURIComponent(second ?? '')} changed={status?.problems.reloaded ?? ''} />;
    case 'traces': return second ? <TraceView id={decodeURIComponent(second)} /> : <Traces />;
    case 'logs': return <Logs />;
    case 'spec': return <Spec />;
    case 'alerts': return <Alerts />;
    case 'runbooks': return <section class="card prose"><Runbook path={path.slice('/runbooks/'.length)} /></section>;
    case 'explore': case 'service': return <p class="dim">…</p>;
  }
  return <><h1>There is no such page</h1><p><a href="/">Overview</a></p></>;
}

function Footer({ status }: { status: api.Status }) {
  const { ingest, store } = status;
  const refused = ingest.spans.refused + ingest.logs.refused + ingest.points.refused + ingest.refused_requests;
  const rejected = ingest.spans.rejected + ingest.logs.rejected + ingest.points.rejected + ingest.malformed_requests;
  return (
    <footer>
      <span>{format.number(store.spans)} spans</span><span>{format.number(store.logs)} log records</span><span>{format.number(status.series)} series</span>
      <span title="Logs and traces; the oldest go when there is more">{format.bytes(store.bytes)} of {format.bytes(store.max_bytes)}</span>
      {refused > 0 && <span class="warn" title="Above capacity: senders were asked to try again">{format.number(refused)} refused</span>}
      {rejected > 0 && <span class="warn" title={ingest.why ?? ''}>{format.number(rejected)} rejected{ingest.why && `: ${ingest.why.slice(0, 120)}`}</span>}
      <span class="grow" />
      <span class="dim">OTLP {status.ports.otlp_grpc} (gRPC), {status.ports.otlp_http} (HTTP)</span>
    </footer>
  );
}

function Help({ close }: { close: () => void }) {
  const keys: [string, string][] = [
    ...views.map(([, text, key]): [string, string] => [`g ${key}`, text]), ['/', 'search'], ['j, k', 'next, previous'], ['Enter', 'open'], ['e', 'next failed span of a trace'], ['Esc', 'close'], ['T', 'dark or light'], ['?', 'this'],
  ];
  return (
    <div class="dialog" role="dialog" aria-label="Keys" onClick={close}>
      <div class="card"><h2>Keys</h2><dl class="attributes">{keys.map(([key, text]) => <><dt><kbd>{key}</kbd></dt><dd>{text}</dd></>)}</dl></div>
    </div>
  );
}

render(<Page />, document.getElementById('page')!);
