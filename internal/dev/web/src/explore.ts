// Queries in TraceQL and LogQL, as the generated dashboards and alerts have them, turned
// into the filters of this page. What a filter cannot say is left out, which finds more.
import { at } from './time';
import { withQuery } from './route';

const stringOf = (quoted: string): string => {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
};

const matchesAll = (value: string) => value === '' || value === '.*' || value === '.+';

export function tracesQuery(traceql: string): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  const attributes: string[] = [];
  const outer = traceql.replace(/\([^()]*\|\|[^()]*\)/g, (group) => (/status = error/.test(group) ? (/duration/.test(group) ? '' : group) : ''));
  for (const [, name, operator, quoted] of outer.matchAll(/([\w.:-]+|"[^"]*")\s*(=~|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`|\w+)/g)) {
    const value = /^["`]/.test(quoted) ? stringOf(quoted) : quoted;
    if (operator === '=~' && (matchesAll(value) || /[|*+?()[\]\\^$]/.test(value))) continue;
    if (name === 'resource.service.name') out.service = value;
    else if (name === 'status') value === 'error' && (out.failed = 'true');
    else if (name === 'kind') out.kind = value;
    else if (name === 'name' || name === 'span:name') out.operation = value;
    else if (/^(span|resource)\./.test(name)) attributes.push(`${name.replace(/^(span|resource)\./, '')}=${value}`);
  }
  const slow = /duration\s*>=?\s*(\d+(?:\.\d+)?(?:us|ms|s))/.exec(outer);
  if (slow) out.min = slow[1];
  if (attributes.length) out.attr = attributes;
  return out;
}

const aliases: Record<string, string> = { service_name: 'service', event_name: 'event', trace_id: 'trace', span_id: 'span' };

export function logsQuery(logql: string): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  const attributes: string[] = [];
  for (const [, name, operator, quoted] of logql.matchAll(/([\w]+)\s*(=~|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g)) {
    const value = stringOf(quoted);
    if (name === 'detected_level') {
      out.level = value.split('|')[0].replace(/[^a-z]/g, '') || 'warn';
    } else if (operator === '=~' && (matchesAll(value) || /[|*+?()[\]\\^$]/.test(value))) {
      continue;
    } else if (aliases[name]) out[aliases[name]] = value;
    else attributes.push(`${name.replaceAll('_', '.')}=${value}`);
  }
  const line = /\|=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/.exec(logql);
  if (line) out.q = stringOf(line[1]);
  if (attributes.length) out.attr = attributes;
  return out;
}

export function exploreURL(language: string, text: string, range: { from: string; to: string }): string {
  return language === 'traceql' ? withQuery('/traces', { ...tracesQuery(text), ...range }) : withQuery('/logs', { ...logsQuery(text), ...range });
}

// Redirect reads an address of Grafana's Explore, as alerts have it.
export function redirect(query: URLSearchParams): string {
  try {
    const panes = JSON.parse(query.get('panes') ?? '') as Record<string, { queries: { query?: string; expr?: string }[]; range: { from: string; to: string } }>;
    const pane = Object.values(panes)[0];
    const q = pane.queries[0];
    const range = { from: pane.range.from, to: pane.range.to };
    if (Number.isNaN(at(range.from))) return '/traces';
    return q.query ? exploreURL('traceql', q.query, range) : exploreURL('logql', q.expr ?? '', range);
  } catch {
    return '/traces';
  }
}
