import { useMemo } from 'preact/hooks';
import * as api from './api';
import { stepFor } from './board';
import { Chart, shade } from './chart';
import { dateTime } from './format';
import { useLoad } from './hooks';

const colors: Record<string, string> = { fatal: 'red', error: 'red', warn: 'orange', info: 'blue', debug: 'grey', trace: 'grey' };

// LevelBars shows how many records of each level there were.
export function LevelBars({ filter, from, to, name }: { filter: URLSearchParams; from: number; to: number; name: string }) {
  const step = stepFor(from, to, 60), start = Math.floor(from / step) * step, end = Math.floor(to / step) * step;
  const { data } = useLoad((signal) => {
    const query = new URLSearchParams(filter);
    for (const [key, value] of Object.entries({ by: 'detected_level', step: String(step * 1000), from: String(start * 1000), to: String((end + step) * 1000) })) query.set(key, value);
    return api.get<api.Counts>('/logs/counts', query, signal);
  }, [name]);
  const { times, lines } = useMemo(() => {
    const times: number[] = [];
    for (let t = start; t <= end; t += step) times.push(t);
    const lines = Object.keys(colors).reverse().flatMap((level) => {
      const series = data?.series.find((s) => s.metric.detected_level === level);
      if (!series) return [];
      const values = times.map(() => 0);
      for (const [t, v] of series.values ?? []) {
        const k = Math.round((t - start) / step);
        if (k >= 0 && k < values.length) values[k] = Number(v);
      }
      return [{ label: level, values, color: shade(colors[level]) }];
    });
    // Higher levels stand at the bottom; each bar holds those below it.
    const sums = times.map(() => 0);
    const stacked = lines.reverse().map((line) => ({ ...line, values: line.values.map((v, k) => (sums[k] += v) || null) }));
    return { times, lines: stacked.reverse() };
  }, [data]);
  if (!lines.length) return null;
  return (
    <>
      <Chart times={times} lines={lines} unit="number" height={90} bars />
      {data && data.from_ms > from * 1000 && <p class="dim">Counted since {dateTime(data.from_ms)}; a shorter range or more filters count all.</p>}
    </>
  );
}
