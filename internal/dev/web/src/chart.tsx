import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import * as format from './format';
import { current, go, withQuery } from './route';

export interface Line {
  label: string; values: (number | null)[]; color: string; dashed?: boolean; thin?: boolean; fill?: boolean; right?: boolean; link?: () => void;
}

export interface Dot { time: number; value: number; trace: string }

export interface ChartProps {
  times: number[]; lines: Line[]; unit: string; height: number; min?: number | null; max?: number | null; log?: boolean;
  marks?: { value: number; color: string }[]; dots?: Dot[]; bars?: boolean; stacked?: boolean;
}

export const palette = ['#4c8dff', '#f2994a', '#27ae60', '#bb6bd9', '#eb5757', '#2dc3c8', '#e0c341', '#9b8cff', '#f178b6', '#8fa3b8', '#6fcf97', '#c98b5b'];

const named: Record<string, string> = {
  green: '#27ae60', yellow: '#d9a600', orange: '#f2994a', red: '#eb5757', blue: '#4c8dff', purple: '#bb6bd9', grey: '#8fa3b8',
};

export const shade = (color: string): string => named[color] ?? 'var(--text)';

// Lonely says that a line has points without neighbours, which would not be seen.
const lonely = (values: (number | null)[]): boolean => values.filter((v) => v !== null).length < 3;

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Chart draws lines over time. Selecting a stretch makes it the range of the view.
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  useEffect(() => {
    const element = box.current!;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(props, Math.max(element.clientWidth, 120)), data(props), element);
    };
    draw();
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (Math.abs(element.clientWidth - width) < 2) return;
      width = element.clientWidth;
      plot.current?.setSize({ width, height: props.height });
    });
    observer.observe(element);
    window.addEventListener('obsboot-theme', draw);
    return () => {
      observer.disconnect();
      window.removeEventListener('obsboot-theme', draw);
      plot.current?.destroy();
    };
  }, [props.times, props.lines, props.height, props.unit]);
  return <div class="chart" ref={box} />;
}

function data(p: ChartProps): uPlot.AlignedData {
  if (!p.stacked) return [p.times, ...p.lines.map((line) => line.values)] as uPlot.AlignedData;
  const sums = p.times.map(() => 0);
  const stacked = p.lines.map((line) => line.values.map((v, i) => (sums[i] += v ?? 0)));
  return [p.times, ...stacked] as uPlot.AlignedData;
}

function options(p: ChartProps, width: number): uPlot.Options {
  const axis = { stroke: css('--dim'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
  const show = (v: number | null) => format.value(v, p.unit);
  return {
    width, height: p.height, padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: { distr: p.log ? 3 : 1, range: (_u, low, high) => bounds(p, low, high) },
    },
    axes: [{ ...axis, values: (_u, ticks) => ticks.map((t, i) => clockOf(t, ticks[i - 1])) }, { ...axis, size: 62, values: (_u, ticks) => ticks.map((t) => (t === null ? '' : show(t))) }],
    series: [
      {},
      ...p.lines.map((line) => ({
        label: line.label, stroke: line.color, width: line.thin ? 1 : 1.5, dash: line.dashed ? [6, 4] : undefined, spanGaps: false,
        fill: line.fill || p.stacked || p.bars ? line.color + '30' : undefined, points: { show: !p.bars && lonely(line.values), size: 5 },
        paths: p.bars ? uPlot.paths.bars!({ size: [0.9, 40] }) : undefined,
      })),
    ],
    hooks: {
      setSelect: [(u) => {
        if (u.select.width < 5) return;
        const from = Math.round(u.posToVal(u.select.left, 'x') * 1000);
        const to = Math.round(u.posToVal(u.select.left + u.select.width, 'x') * 1000);
        go(withQuery(location.pathname, { from: String(from), to: String(to) }, current().query));
      }],
      draw: [(u) => drawMarks(u, p)],
      init: [(u) => tooltip(u, p, show)],
    },
  };
}

// ClockOf names a tick: the time, and the day where it changes.
function clockOf(t: number, before?: number): string {
  const text = format.dateTime(t * 1000), short = t % 60 ? text.slice(11) : text.slice(11, 16);
  return before !== undefined && format.dateTime(before * 1000).slice(0, 10) !== text.slice(0, 10) ? text.slice(5, 10) : short;
}

function bounds(p: ChartProps, low: number | null, high: number | null): [number, number] {
  let from = low ?? 0, to = high ?? 1;
  if (!p.log && from > 0 && from < to * 0.8) from = 0;
  if (p.min !== null && p.min !== undefined) from = Math.min(p.min, from);
  if (p.max !== null && p.max !== undefined) to = Math.max(p.max, to);
  if (from === to) return p.log ? [from / 2, to * 2] : from === 0 ? [0, 1] : [Math.min(0, from * 1.1), Math.max(0, to * 1.1)];
  const room = (to - from) * 0.06;
  return p.log ? [from, to] : [from < 0 ? from - room : from, to + room];
}

function drawMarks(u: uPlot, p: ChartProps): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const mark of p.marks ?? []) {
    const y = u.valToPos(mark.value, 'y', true);
    ctx.strokeStyle = mark.color;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.fillStyle = '#e0c341';
  for (const dot of p.dots ?? []) {
    const x = u.valToPos(dot.time, 'x', true), y = u.valToPos(dot.value, 'y', true), r = 3.5 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y);
    ctx.lineTo(x, y + r);
    ctx.lineTo(x - r, y);
    ctx.fill();
  }
  ctx.restore();
}

// Tooltip shows the values under the pointer. All of it is text.
function tooltip(u: uPlot, p: ChartProps, show: (v: number | null) => string): void {
  const box = document.createElement('div');
  box.className = 'tip';
  box.hidden = true;
  u.over.append(box);
  u.over.addEventListener('mouseleave', () => (box.hidden = true));
  u.over.addEventListener('mousemove', () => {
    const i = u.cursor.idx;
    if (i === null || i === undefined || p.times[i] === undefined) {
      box.hidden = true;
      return;
    }
    const rows = p.lines.map((line) => ({ line, v: line.values[i] })).filter((row) => row.v !== null && row.v !== undefined);
    rows.sort((a, b) => b.v! - a.v!);
    box.replaceChildren(part('b', format.dateTime(p.times[i] * 1000)), ...rows.slice(0, 12).map(({ line, v }) => {
      const row = part('div', '');
      const mark = part('i', '');
      mark.style.background = line.color;
      row.append(mark, part('span', line.label), part('em', show(v!)));
      return row;
    }));
    box.hidden = rows.length === 0;
    const left = u.cursor.left ?? 0;
    box.style.left = (left > u.over.clientWidth / 2 ? left - box.offsetWidth - 12 : left + 12) + 'px';
    box.style.top = '4px';
  });
  u.over.addEventListener('click', (event) => {
    const near = nearest(u, p, event);
    if (near) go('/traces/' + near.trace);
  });
}

function nearest(u: uPlot, p: ChartProps, event: MouseEvent): Dot | undefined {
  const box = u.over.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  return (p.dots ?? []).find((dot) => Math.hypot(u.valToPos(dot.time, 'x') - x, u.valToPos(dot.value, 'y') - y) < 8);
}

function part(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
