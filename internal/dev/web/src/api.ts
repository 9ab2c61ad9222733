// What the engine answers. The page asks no other host.

export interface Attribute { key: string; value: unknown }

export interface Log {
  id: string; time_us: number; service: string; level: string; event?: string; body: string;
  trace_id?: string; span_id?: string; attributes: Attribute[] | null; resource: Attribute[] | null; scope?: string;
}

export interface SpanEvent { time_us: number; name: string; attributes: Attribute[] | null }

export interface Span {
  trace_id: string; span_id: string; parent_id?: string; service: string; name: string; kind: string;
  time_us: number; duration_ns: number; failed: boolean; status?: string; attributes: Attribute[] | null;
  resource: Attribute[] | null; scope?: string; events: SpanEvent[] | null; links: { trace_id: string; span_id: string }[] | null; critical: boolean;
}

export interface Trace {
  trace_id: string; time_us: number; duration_ns: number; service: string; name: string; rooted: boolean; spans: number; failed: number;
  services: string[]; match: { span_id: string; service: string; name: string; duration_ns: number; failed: boolean };
}

export interface WholeTrace extends Trace { all: Span[]; logs: Log[] }

export interface Count { accepted: number; refused: number; rejected: number }

export interface Status {
  version: string; system: string; started: string; now: string; ports: { page: string; otlp_grpc: string; otlp_http: string };
  ingest: { spans: Count; logs: Count; points: Count; malformed_requests: number; refused_requests: number; why?: string };
  store: { spans: number; logs: number; bytes: number; max_bytes: number; waiting: number };
  series: number; problems: { text: string; since: string; reloaded: string }; failing?: string; alerts: number;
}

export interface Alert {
  labels: Record<string, string>; annotations: Record<string, string>; state: string; activeAt?: string; value: string;
  name: string; service: string; slo: string; severity: string; query: string; for: number;
}

export interface Rule {
  name: string; state: string; labels: Record<string, string>; query: string; for: number; health: string; last_error: string;
}

export interface SLO {
  service: string; name: string; objective: string; window: string; ratio: number | null; budget: number | null; burn: number | null;
  covered: number | null; firing: number;
}

export interface Edge { from: string; to: string; declared: boolean; calls: number; failed: number }

export interface Overview {
  system: { name: string; description: string; environment: string };
  services: { name: string; description: string; team: string; tier: number; dashboard: string; rate: number | null; errors: number | null; p95: number | null; firing: number }[];
  nodes: { name: string; kind: string }[]; edges: Edge[]; slos: SLO[]; alerts: Alert[];
}

export interface Finding { state: string; service: string; kind: string; name: string; count: number; details: string[]; standard?: boolean }

export class Failure extends Error {}

export async function get<T>(path: string, params?: URLSearchParams | Record<string, string>, signal?: AbortSignal): Promise<T> {
  const query = params ? '?' + new URLSearchParams(params).toString() : '';
  const response = await fetch('/api/obsboot' + path + query, { signal });
  return answer<T>(response);
}

async function answer<T>(response: Response): Promise<T> {
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(text || response.statusText);
  }
  if (!response.ok) throw new Failure((value as { error?: string }).error ?? response.statusText);
  return value as T;
}

export interface Series { metric: Record<string, string>; values?: [number, string][]; value?: [number, string] }

async function prometheus<T>(path: string, params: Record<string, string>, signal?: AbortSignal): Promise<T> {
  const response = await fetch('/api/v1' + path, { method: 'POST', body: new URLSearchParams(params), signal });
  return (await answer<{ data: T }>(response)).data;
}

export async function instant(query: string, time: number, signal?: AbortSignal): Promise<Series[]> {
  const data = await prometheus<{ resultType: string; result: unknown }>('/query', { query, time: String(time) }, signal);
  if (data.resultType === 'scalar') return [{ metric: {}, value: data.result as [number, string] }];
  return data.result as Series[];
}

export async function range(query: string, from: number, to: number, step: number, signal?: AbortSignal): Promise<Series[]> {
  const params = { query, start: String(from), end: String(to), step: String(step) };
  return (await prometheus<{ result: Series[] }>('/query_range', params, signal)).result;
}

export interface Counts { series: { metric: Record<string, string>; values: [number, string][] }[]; from_ms: number }

export interface Exemplars { seriesLabels: Record<string, string>; exemplars: { labels: Record<string, string>; value: string; timestamp: number }[] }

export function exemplars(query: string, from: number, to: number, signal?: AbortSignal): Promise<Exemplars[]> {
  return prometheus('/query_exemplars', { query, start: String(from), end: String(to) }, signal);
}

export async function labelValues(label: string, match: string): Promise<string[]> {
  const response = await fetch(`/api/v1/label/${encodeURIComponent(label)}/values?` + new URLSearchParams({ 'match[]': match }));
  return (await answer<{ data: string[] }>(response)).data;
}
