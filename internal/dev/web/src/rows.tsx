// Log records and traces, as they stand in lists.
import { useState } from 'preact/hooks';
import type { Attribute, Log, Trace } from './api';
import * as format from './format';
import { withQuery } from './route';

export function LogLine({ record, open, onOpen, offset }: { record: Log; open?: boolean; onOpen?: () => void; offset?: number }) {
  const [own, set] = useState(false);
  const shown = open ?? own;
  return (
    <div class={`log ${record.level}`}>
      <button class="line" aria-expanded={shown} onClick={onOpen ?? (() => set(!own))}>
        <time title={format.dateTime(record.time_us / 1000)}>{offset === undefined ? format.clock(record.time_us / 1000) : '+' + format.seconds(offset)}</time>
        <span class="level">{record.level}</span>
        <span class="service">{record.service}</span>
        <span class="body">{record.event && <b>{record.event} </b>}{record.body}</span>
      </button>
      {shown && <LogDetails record={record} />}
    </div>
  );
}

function LogDetails({ record }: { record: Log }) {
  return (
    <div class="details">
      <p>
        {record.trace_id && <a href={`/traces/${record.trace_id}${record.span_id ? '?span=' + record.span_id : ''}`}>Trace {record.trace_id.slice(0, 8)}</a>}{' '}
        <a href={withQuery('/logs', { service: record.service, from: String(Math.round(record.time_us / 1000) - 60000), to: String(Math.round(record.time_us / 1000) + 60000) })}>What {record.service} said around then</a>
      </p>
      <Attributes list={record.attributes} to="/logs" service={record.service} />
      <h4>Resource</h4>
      <Attributes list={record.resource} to="/logs" />
    </div>
  );
}

// Attributes lists attributes; each leads to what else has it.
export function Attributes({ list, to, service }: { list: Attribute[] | null; to: string; service?: string }) {
  if (!list?.length) return <p class="dim">No attributes.</p>;
  return (
    <dl class="attributes">
      {list.map((a) => (
        <>
          <dt>{a.key}</dt>
          <dd><a href={withQuery(to, { attr: `${a.key}=${format.text(a.value)}`, service: service ?? null })} title="Find others with this">{format.text(a.value)}</a></dd>
        </>
      ))}
    </dl>
  );
}

export function TraceRow({ trace, selected, longest, found = true }: { trace: Trace; selected?: boolean; longest?: number; found?: boolean }) {
  const m = trace.match;
  const other = found && (m.service !== trace.service || m.name !== trace.name);
  return (
    <a class={`trace ${trace.failed ? 'failed' : ''} ${selected ? 'selected' : ''}`} href={`/traces/${trace.trace_id}?span=${m.span_id}`}>
      <time title={format.dateTime(trace.time_us / 1000)}>{format.clock(trace.time_us / 1000)}</time>
      <span class="name"><b>{trace.service}</b> {trace.name}{!trace.rooted && <span class="dim"> (its beginning is missing)</span>}
        {other && <span class="dim"> · found by {m.service} {m.name} ({format.nanoseconds(m.duration_ns)}{m.failed ? ', failed' : ''})</span>}
      </span>
      <span class="spans">{trace.spans} span{trace.spans === 1 ? '' : 's'}{trace.failed > 0 && <span class="bad"> · {trace.failed} failed</span>}</span>
      <span class="took"><i style={{ width: `${longest ? (trace.duration_ns / longest) * 100 : 0}%` }} />{format.nanoseconds(trace.duration_ns)}</span>
    </a>
  );
}
