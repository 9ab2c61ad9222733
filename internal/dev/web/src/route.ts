// The address is the state: a view can be reloaded and shared.
import { useEffect, useState } from 'preact/hooks';

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
window.addEventListener('popstate', tell);

export interface Route { path: string; query: URLSearchParams }

export const current = (): Route => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export function useRoute(): Route {
  const [route, set] = useState(current);
  useEffect(() => {
    const listener = () => set((old) => (old.path === location.pathname && old.query.toString() === current().query.toString() ? old : current()));
    listeners.add(listener);
    listener(); // what is below may have gone elsewhere already
    return () => void listeners.delete(listener);
  }, []);
  return route;
}

export function go(url: string, replace = false): void {
  if (url === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  tell();
  if (!replace) window.scrollTo(0, 0);
}

// Set changes parts of the query; null removes one.
export function set(changes: Record<string, string | string[] | null>, replace = false): void {
  go(withQuery(location.pathname, changes, new URLSearchParams(location.search)), replace);
}

export function withQuery(path: string, changes: Record<string, string | string[] | null>, base = new URLSearchParams()): string {
  const query = new URLSearchParams(base);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== '') query.append(name, one);
  }
  const text = query.toString();
  return path + (text ? '?' + text : '');
}

// Links within the page do not load it anew.
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest?.('a');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || link.target) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || url.pathname.startsWith('/api/')) return;
  event.preventDefault();
  go(url.pathname + url.search);
});
