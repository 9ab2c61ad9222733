// Numbers, times and units as people read them.

const trim = (n: number, digits = 3): string => {
  if (n === 0) return '0';
  const text = Math.abs(n) >= 1000 ? n.toFixed(0) : n.toPrecision(digits);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
};

const scaled = (n: number, base: number, names: string[]): string => {
  let i = 0;
  while (Math.abs(n) >= base && i < names.length - 1) {
    n /= base;
    i++;
  }
  return trim(n) + names[i];
};

export const number = (n: number) => (Math.abs(n) > 0 && Math.abs(n) < 0.001 ? n.toExponential(1) : scaled(n, 1000, ['', 'k', 'M', 'G', 'T']));
export const bytes = (n: number) => scaled(n, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
export const share = (n: number) => trim(n * 100, Math.abs(n) > 0.99 && Math.abs(n) < 1 ? 5 : 3) + ' %';

export function seconds(n: number): string {
  const a = Math.abs(n);
  if (a === 0) return '0 s';
  if (a < 1e-6) return trim(n * 1e9) + ' ns';
  if (a < 1e-3) return trim(n * 1e6) + ' µs';
  if (a < 1) return trim(n * 1e3) + ' ms';
  if (a < 120) return trim(n) + ' s';
  return long(n);
}

export function long(n: number): string {
  const sign = n < 0 ? '-' : '';
  n = Math.abs(n);
  if (n < 60) return sign + trim(n) + ' s';
  const [d, h, m, s] = [Math.floor(n / 86400), Math.floor(n / 3600) % 24, Math.floor(n / 60) % 60, Math.floor(n % 60)];
  if (d > 0) return `${sign}${d} d${h ? ` ${h} h` : ''}`;
  if (h > 0) return `${sign}${h} h${m ? ` ${m} min` : ''}`;
  return `${sign}${m} min${s ? ` ${s} s` : ''}`;
}

export const nanoseconds = (n: number) => seconds(n / 1e9);

export function value(n: number | null, unit: string, decimals?: number | null): string {
  if (n === null || Number.isNaN(n)) return '–';
  if (!Number.isFinite(n)) return n > 0 ? '∞' : '-∞';
  const plain = decimals === null || decimals === undefined ? number(n) : n.toFixed(decimals);
  switch (unit) {
    case '': case 'none': case 'number': return plain;
    case 'percent': return trim(n) + ' %';
    case 'share': return decimals === null || decimals === undefined ? share(n) : (n * 100).toFixed(decimals) + ' %';
    case 's': return seconds(n);
    case 'ms': return seconds(n / 1000);
    case 's(d)': return long(n);
    case 'By': return bytes(n);
    case 'By/s': return bytes(n) + '/s';
    case 'x': return plain + '×';
    case 'moment': return dateTime(n);
    case 'ago': return ago(n);
  }
  return `${plain} ${unit}`;
}

const two = (n: number, digits = 2) => String(n).padStart(digits, '0');

// Times are local, to the millisecond where it counts.
export function clock(ms: number, fine = true): string {
  const d = new Date(ms);
  const text = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return fine ? `${text}.${two(d.getMilliseconds(), 3)}` : text;
}

export function dateTime(ms: number): string {
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(ms, false)}`;
}

export function ago(ms: number): string {
  const n = (Date.now() - ms) / 1000;
  return n < 1 ? 'now' : long(Math.round(n)) + ' ago';
}

export const text = (v: unknown): string => (typeof v === 'string' ? v : JSON.stringify(v));
