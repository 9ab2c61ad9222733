// Ranges as they stand in addresses: now-15m, or milliseconds since 1970.

export interface Range { from: string; to: string }

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

export function rangeOf(query: URLSearchParams, fallback = 'now-15m'): Range {
  return { from: query.get('from') || fallback, to: query.get('to') || 'now' };
}

// At resolves one end of a range to seconds since 1970.
export function at(text: string, now = Date.now() / 1000): number {
  if (/^\d{10,}$/.test(text)) return Number(text) / 1000;
  const found = /^now(?:-(\d+)([smhdw]))?$/.exec(text);
  if (!found) return now;
  return found[1] ? now - Number(found[1]) * units[found[2]] : now;
}

export const live = (range: Range) => range.to.startsWith('now');

export function durationOf(text: string): number {
  const found = /^(\d+)([smhdw])$/.exec(text);
  return found ? Number(found[1]) * units[found[2]] : NaN;
}

export const choices: [string, string][] = [
  ['now-5m', '5 minutes'], ['now-15m', '15 minutes'], ['now-1h', 'hour'], ['now-6h', '6 hours'], ['now-24h', 'day'], ['now-7d', '7 days'],
];
