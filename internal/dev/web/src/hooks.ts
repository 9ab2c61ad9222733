import { useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> { data?: T; error?: string; loading: boolean }

// Load asks again whenever a key changes, and every so many seconds, if any, while the
// page is looked at. What was there stays until the answer comes.
export function useLoad<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[], every = 0): Loaded<T> {
  const [state, set] = useState<Loaded<T>>({ loading: true });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const run = async () => {
      if (document.hidden && every > 0) {
        timer = setTimeout(run, 1000);
        return;
      }
      set((before) => ({ ...before, loading: true }));
      try {
        const data = await latest.current(abort.signal);
        if (!abort.signal.aborted) set({ data, loading: false });
      } catch (error) {
        if (!abort.signal.aborted) set((before) => ({ data: before.data, error: words(error), loading: false }));
      }
      if (every > 0 && !abort.signal.aborted) timer = setTimeout(run, every * 1000);
    };
    void run();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [...keys, every]);
  return state;
}

export const words = (error: unknown): string =>
  error instanceof TypeError ? 'The engine does not answer. Does obsboot dev still run?' : error instanceof Error ? error.message : String(error);

// Seen says whether an element came into view.
export function useSeen<T extends Element>(): [preact.RefObject<T>, boolean] {
  const ref = useRef<T>(null);
  const [seen, set] = useState(false);
  useEffect(() => {
    if (!ref.current || seen) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) set(true);
    }, { rootMargin: '300px' });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [seen]);
  return [ref, seen];
}

// Keys calls back for keys that are pressed outside of fields.
export function useKeys(on: (key: string, event: KeyboardEvent) => void): void {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName)) {
        if (event.key === 'Escape') target.blur();
        return;
      }
      latest.current(event.key, event);
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
