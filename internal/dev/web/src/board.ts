// The dashboards as internal/board has them, and how their queries are filled in.

export interface Threshold { From: number; Color: string }
export interface Link { Title: string; Tooltip: string; Dashboard: string; Variables: { Name: string; Value: string }[] | null; Explore: Query | null; URL: string; Tags: string[] | null }
export interface Query { Language: string; Text: string; Legend: string; Instant: boolean; Exemplars: boolean; Step: number; Limit: number; Silent: string }
export interface Style { Series: string; Pattern: string; Color: string; Dashed: boolean; Thin: boolean; NoFill: boolean; Right: boolean; Unit: string }
export interface Column {
  Label: string; Query: number; Title: string; Unit: string; Decimals: number | null; Cell: string; Min: number | null; Max: number | null;
  Thresholds: Threshold[] | null; Hidden: boolean; Links: Link[] | null; Values: { Value: string; Text: string; Color: string }[] | null;
}
export interface Panel {
  ID: number; Title: string; Description: string; Kind: string; At: { X: number; Y: number; W: number; H: number }; Queries: Query[] | null;
  Unit: string; Decimals: number | null; Min: number | null; Max: number | null; NoValue: string; Thresholds: Threshold[] | null; Lines: boolean;
  Stacked: boolean; Fill: boolean; Logarithmic: boolean; Sparkline: boolean; NoLegend: boolean; Styles: Style[] | null; Columns: Column[] | null;
  SortBy: string; Descending: boolean; Links: Link[] | null; DataLinks: Link[] | null; From: string; Content: string;
}
export interface Variable {
  Name: string; Label: string; Description: string; Kind: string; Query: string; Of: string; Values: string[] | null; Default: string; All: string; Hidden: boolean;
}
export interface Board {
  UID: string; Title: string; Description: string; Range: { From: string; To: string }; Refresh: number; Variables: Variable[] | null;
  Rows: { Title: string; Section: string; Collapsed: boolean; Panels: Panel[] | null }[];
}

export type Values = Record<string, string>;

// Expand replaces each ${name} that is known.
export function expand(text: string, values: Values, row: Record<string, string> = {}): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name.startsWith('row.')) return row[name.slice(4)] ?? '';
    return values[name] ?? whole;
  });
}

const duration = (seconds: number) => `${Math.max(1, Math.round(seconds))}s`;

// Fill gives the values of a range to the placeholders that every rendering knows.
// Senders push every 5 to 60 seconds; a rate needs several points.
export function fill(values: Values, from: number, to: number, step: number): Values {
  return { ...values, rate: duration(Math.max(4 * step, 120)), range: duration(to - from), step: duration(step) };
}

export function stepFor(from: number, to: number, width: number, least = 0): number {
  const wanted = (to - from) / Math.max(50, Math.min(width, 600));
  const nice = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  return Math.max(nice.find((n) => n >= wanted) ?? 86400, least, 5);
}

export function legendOf(query: Query, metric: Record<string, string>, values: Values): string {
  const text = expand(query.Legend, values, metric).trim();
  if (text) return text;
  const { __name__, ...rest } = metric;
  const parts = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
  return parts.join(' ') || __name__ || 'value';
}

// ColorOf finds the threshold that a value is above.
export function colorOf(thresholds: Threshold[] | null, value: number | null): string {
  if (!thresholds?.length || value === null || Number.isNaN(value)) return 'text';
  let color = thresholds[0].Color;
  for (const t of thresholds.slice(1)) if (value >= t.From) color = t.Color;
  return color;
}
