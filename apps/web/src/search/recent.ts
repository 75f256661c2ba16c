// The last searches of this device. They are sent nowhere.

const RECENT_MAX = 8;
const KEY = 'holdfast.searches';

/** The list with a search put first, each once. */
export function withRecent(recent: readonly string[], q: string): readonly string[] {
  const typed = q.trim();
  if (typed === '') return recent;
  const others = recent.filter((one) => one.toLowerCase() !== typed.toLowerCase());
  return [typed, ...others].slice(0, RECENT_MAX);
}

export function readRecent(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter((one) => typeof one === 'string').slice(0, RECENT_MAX);
  } catch {
    return [];
  }
}

export function keepRecent(recent: readonly string[]): void {
  try {
    if (recent.length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(recent));
  } catch {
    // Without storage nothing is remembered.
  }
}
