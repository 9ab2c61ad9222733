import * as api from '../api';
import { Choice } from '../controls';
import { useLoad } from '../hooks';
import { useRoute, withQuery } from '../route';
import * as format from '../format';

const states = ['wrong', 'missing', 'unknown', 'seen'];
const meaning: Record<string, string> = {
  wrong: 'arrives otherwise than declared', missing: 'is declared and has not arrived', unknown: 'arrives and is not declared', seen: 'is declared and arrives',
};

export function Spec() {
  const { query } = useRoute();
  const { data, error } = useLoad((signal) => api.get<{ findings: api.Finding[]; count: Record<string, number> }>('/conform', undefined, signal), [], 5);
  const state = query.get('state') ?? '', service = query.get('service') ?? '';
  const all = data?.findings ?? [];
  const shown = all.filter((f) => (!state || f.state === state) && (!service || f.service === service));
  const rank = (f: api.Finding) => states.indexOf(f.state) + (f.standard ? 0.5 : 0);
  const services = [...new Set(all.map((f) => f.service))];
  return (
    <>
      <h1>Spec <small>what is declared, beside what arrives</small></h1>
      {error && <p class="bad">{error}</p>}
      <ul class="counts">
        {states.map((s) => <li class={s}><a href={withQuery('/spec', { state: state === s ? null : s }, query)} aria-current={state === s}><b>{data?.count[s] ?? '–'}</b> {s}</a><span class="dim">{meaning[s]}</span></li>)}
      </ul>
      <div class="filters"><Choice name="service" label="Service" options={services} /></div>
      {services.filter((name) => shown.some((f) => f.service === name)).map((name) => (
        <section class="card">
          <h2>{name}</h2>
          <div class="scroll">
            <table class="findings">
              <tbody>
                {shown.filter((f) => f.service === name).sort((a, b) => rank(a) - rank(b)).map((f) => (
                  <tr class={f.state}>
                    <td><span class={`state ${f.state}`}>{f.state}</span></td>
                    <td class="dim">{f.kind}</td>
                    <td><b>{f.name}</b>{f.standard && <span class="dim" title="The conventions of OpenTelemetry define it; instrumentation need not emit it"> standard</span>}{f.details.map((d) => <div class="warn">{d}</div>)}</td>
                    <td class="number dim">{f.count > 0 ? format.number(f.count) + '×' : ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
      {data && shown.length === 0 && <p class="dim empty">Nothing of this kind.</p>}
    </>
  );
}
