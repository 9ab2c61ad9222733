import type { Edge, Overview } from './api';
import * as format from './format';
import { go } from './route';

interface Placed { name: string; kind: string; x: number; y: number }

const [width, height, gapX, gapY] = [132, 44, 70, 22];

// Layers puts what is called to the right of who calls. Circles end somewhere.
function layers(overview: Overview): Placed[] {
  const names = new Set([...overview.nodes.map((n) => n.name), ...overview.edges.flatMap((e) => [e.from, e.to])]);
  const depth = new Map([...names].map((name) => [name, 0]));
  for (let i = 0; i < names.size; i++) {
    let changed = false;
    for (const e of overview.edges) {
      const next = Math.min(depth.get(e.from)! + 1, names.size);
      if (next > depth.get(e.to)! && next < names.size) {
        depth.set(e.to, next);
        changed = true;
      }
    }
    if (!changed) break;
  }
  const rows = new Map<number, number>();
  const kinds = new Map(overview.nodes.map((n) => [n.name, n.kind]));
  return [...names].sort().map((name) => {
    const d = depth.get(name)!, row = rows.get(d) ?? 0;
    rows.set(d, row + 1);
    return { name, kind: kinds.get(name) ?? 'unknown', x: d * (width + gapX) + 4, y: row * (height + gapY) + 4 };
  });
}

export function ServiceMap({ overview }: { overview: Overview }) {
  const placed = layers(overview);
  const at = new Map(placed.map((p) => [p.name, p]));
  const w = Math.max(...placed.map((p) => p.x + width)) + 8, h = Math.max(...placed.map((p) => p.y + height)) + 8;
  const services = new Map(overview.services.map((s) => [s.name, s]));
  return (
    <div class="scroll">
      <svg class="map" viewBox={`0 0 ${w} ${h}`} style={{ minWidth: `${Math.min(w, 520)}px`, maxWidth: `${w * 1.2}px` }} role="img" aria-label="Service map">
        {overview.edges.map((e) => <Line edge={e} from={at.get(e.from)!} to={at.get(e.to)!} />)}
        {placed.map((p) => {
          const s = services.get(p.name);
          const state = !s ? '' : s.firing ? 'firing' : s.rate === null ? 'silent' : s.errors ? 'some' : 'fine';
          return (
            <g class={`node ${p.kind} ${state}`} transform={`translate(${p.x} ${p.y})`} onClick={() => s && go('/d/' + s.dashboard)}>
              <title>{s ? `${s.description}\n${format.value(s.rate, '/s')}, ${format.value(s.errors, 'share')} errors` : p.kind}</title>
              <rect width={width} height={height} rx={p.kind === 'service' ? 8 : 20} />
              <text x={width / 2} y={19}>{p.name.length > 17 ? p.name.slice(0, 16) + '…' : p.name}</text>
              <text class="small" x={width / 2} y={34}>{s ? (s.rate === null ? 'no data' : format.value(s.rate, '/s')) : p.kind}</text>
            </g>
          );
        })}
      </svg>
      <p class="dim">Solid: seen in traces. Dashed: declared, not seen in traces. Orange: seen, not declared.</p>
    </div>
  );
}

function Line({ edge, from, to }: { edge: Edge; from: Placed; to: Placed }) {
  const forward = to.x > from.x;
  const [x1, y1, x2, y2] = [forward ? from.x + width : from.x + width / 2, forward ? from.y + height / 2 : from.y + height, forward ? to.x : to.x + width / 2, forward ? to.y + height / 2 : to.y];
  const bend = forward ? (x2 - x1) / 2 : 0;
  const state = `${edge.calls ? 'seen' : 'silent'} ${edge.declared ? '' : 'undeclared'} ${edge.failed ? 'failing' : ''}`;
  return (
    <g class={`edge ${state}`}>
      <title>{`${edge.from} to ${edge.to}: ${edge.calls} calls in traces, ${edge.failed} failed`}</title>
      <path d={`M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2 - 5},${y2}`} />
      <path class="head" d={`M${x2},${y2} l-7,-4 v8 z`} />
    </g>
  );
}
