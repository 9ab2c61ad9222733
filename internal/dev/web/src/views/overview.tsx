import * as api from '../api';
import * as format from '../format';
import { useLoad } from '../hooks';
import { ServiceMap } from '../map';
import { AlertRow } from './alerts';

export function Overview({ status }: { status?: api.Status }) {
  const { data, error } = useLoad((signal) => api.get<api.Overview>('/overview', undefined, signal), [], 5);
  if (!data) return <p class={error ? 'bad' : 'dim'}>{error ?? 'Loading…'}</p>;
  const firing = data.alerts.filter((a) => a.state === 'firing');
  const nothing = status && status.ingest.spans.accepted + status.ingest.logs.accepted + status.ingest.points.accepted === 0;
  return (
    <>
      <h1>{data.system.name} <small>{data.system.description}</small></h1>
      {error && <p class="bad">{error}</p>}
      {nothing && status && <Welcome status={status} />}
      {firing.length > 0 && <section class="card alarm"><h2>{firing.length} alert{firing.length > 1 ? 's' : ''} firing</h2>{firing.slice(0, 6).map((a) => <AlertRow alert={a} />)}{firing.length > 6 && <a href="/alerts">All alerts</a>}</section>}
      <div class="columns">
        <section class="card"><h2>Services</h2><Services all={data.services} /></section>
        <section class="card"><h2>Who calls whom</h2><ServiceMap overview={data} /></section>
      </div>
      <section class="card"><h2>Promises</h2><SLOs all={data.slos} /></section>
    </>
  );
}

function Welcome({ status }: { status: api.Status }) {
  return (
    <section class="card">
      <h2>Nothing has arrived yet</h2>
      <p>Start a service with these variables, or let obsboot start it with <code>obsboot dev -- COMMAND</code>:</p>
      <pre>{`export OTEL_EXPORTER_OTLP_ENDPOINT=http://${status.ports.otlp_http}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`}</pre>
      <p class="dim">Over gRPC it is {status.ports.otlp_grpc}. What is declared and does not arrive is under <a href="/spec">Spec</a>.</p>
    </section>
  );
}

function Services({ all }: { all: api.Overview['services'] }) {
  return (
    <div class="scroll">
      <table>
        <thead><tr><th>Service</th><th class="number">Rate</th><th class="number">Errors</th><th class="number">p95</th><th>Look at</th></tr></thead>
        <tbody>
          {all.map((s) => (
            <tr>
              <td><a href={'/d/' + s.dashboard} title={s.description}><b>{s.name}</b></a> <span class="dim">{s.team}</span>{s.firing > 0 && <a class="badge bad" href={'/alerts?service=' + s.name}>{s.firing}</a>}</td>
              <td class="number">{format.value(s.rate, '/s')}</td>
              <td class={s.errors ? 'number bad' : 'number'}>{s.errors ? <a href={`/traces?service=${s.name}&failed=true`}>{format.value(s.errors, 'share')}</a> : format.value(s.errors, 'share')}</td>
              <td class="number">{format.value(s.p95, 's')}</td>
              <td><a href={'/traces?service=' + s.name}>traces</a> · <a href={'/logs?service=' + s.name}>logs</a></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SLOs({ all }: { all: api.SLO[] }) {
  if (!all.length) return <p class="dim">The spec has no SLI with an objective.</p>;
  return (
    <div class="scroll">
      <table>
        <thead><tr><th>SLO</th><th class="number">Objective</th><th class="number">Bad</th><th>Budget left</th><th class="number">Burn, 1h</th><th class="number">Data</th></tr></thead>
        <tbody>
          {all.map((s) => (
            <tr>
              <td><a href={`/alerts?service=${s.service}&slo=${s.name}`}><b>{s.service}</b> {s.name}</a>{s.firing > 0 && <span class="badge bad">{s.firing}</span>}</td>
              <td class="number">{s.objective} % <span class="dim">{s.window}</span></td>
              <td class="number">{format.value(s.ratio, 'share')}</td>
              <td><Budget left={s.budget} /></td>
              <td class={s.burn !== null && s.burn >= 1 ? 'number bad' : 'number'}>{s.burn === null ? '–' : format.value(s.burn, 'x')}</td>
              <td class="number dim" title="How much of the window there is data of">{format.value(s.covered, 'share')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Budget({ left }: { left: number | null }) {
  if (left === null) return <span class="dim">not measured yet</span>;
  const color = left <= 0 ? 'red' : left < 0.25 ? 'orange' : 'green';
  return <span class="budget"><span class="track"><i class={color} style={{ width: `${Math.max(0, Math.min(1, left)) * 100}%` }} /></span>{format.value(left, 'share')}</span>;
}
