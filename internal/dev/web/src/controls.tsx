import { useEffect, useState } from 'preact/hooks';
import { set, useRoute } from './route';
import { choices, rangeOf } from './time';
import * as format from './format';

export function RangePicker({ fallback }: { fallback?: string }) {
  const range = rangeOf(useRoute().query, fallback);
  const known = choices.some(([from]) => from === range.from) && range.to === 'now';
  const words = (text: string) => (/^\d+$/.test(text) ? format.dateTime(Number(text)) : text);
  return (
    <label class="field">
      <span>Last</span>
      <select value={known ? range.from : 'own'} onChange={(e) => set({ from: e.currentTarget.value, to: null })}>
        {!known && <option value="own">{words(range.from)} – {words(range.to)}</option>}
        {choices.map(([from, text]) => <option value={from}>{text}</option>)}
      </select>
    </label>
  );
}

// Text is a field whose value stands in the address, once the reader pauses.
export function Text({ name, label, placeholder, wide }: { name: string; label: string; placeholder?: string; wide?: boolean }) {
  const given = useRoute().query.get(name) ?? '';
  const [value, change] = useState(given);
  useEffect(() => change(given), [given]);
  useEffect(() => {
    if (value === given) return;
    const timer = setTimeout(() => set({ [name]: value, before: null }, true), 350);
    return () => clearTimeout(timer);
  }, [value]);
  return (
    <label class={wide ? 'field wide' : 'field'}>
      <span>{label}</span>
      <input type="search" data-name={name} value={value} placeholder={placeholder} spellcheck={false} onInput={(e) => change(e.currentTarget.value)} />
    </label>
  );
}

export function Choice({ name, label, options, any }: { name: string; label: string; options: string[]; any?: string }) {
  const value = useRoute().query.get(name) ?? '';
  const all = value && !options.includes(value) ? [value, ...options] : options;
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(e) => set({ [name]: e.currentTarget.value, before: null })}>
        <option value="">{any ?? 'all'}</option>
        {all.map((o) => <option value={o}>{o}</option>)}
      </select>
    </label>
  );
}

export function Check({ name, label }: { name: string; label: string }) {
  const on = useRoute().query.get(name) === 'true';
  return <label class="field check"><input type="checkbox" checked={on} onChange={() => set({ [name]: on ? null : 'true' })} /><span>{label}</span></label>;
}

// Attrs are the filters by attributes: what is set, each with a way out, and a field
// for another.
export function Attrs() {
  const given = useRoute().query.getAll('attr');
  const [value, change] = useState('');
  const add = (e: Event) => {
    e.preventDefault();
    if (value.trim()) set({ attr: [...given, value.trim()] });
    change('');
  };
  return (
    <form class="field attrs" onSubmit={add}>
      <span>Attributes</span>
      {given.map((a) => <button type="button" class="chip" title="Take this filter away" onClick={() => set({ attr: given.filter((o) => o !== a) })}>{a} ×</button>)}
      <input value={value} placeholder="key=value, Enter" spellcheck={false} onInput={(e) => change(e.currentTarget.value)} />
    </form>
  );
}
