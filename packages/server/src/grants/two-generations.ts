// A bounded map that forgets what was not used lately, at the price of a look-up or two.

export type TwoGenerations<Value> = Readonly<{
  get: (key: string) => Value | undefined;
  set: (key: string, value: Value) => void;
}>;

/**
 * Holds at most `2 * generationEntriesMax` entries. When the young generation is full it becomes
 * the old one, and the old one is dropped whole; an old entry that is used moves back to the young.
 */
export function twoGenerations<Value>(generationEntriesMax: number): TwoGenerations<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();

  const set = (key: string, value: Value): void => {
    if (young.size >= generationEntriesMax) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };

  const get = (key: string): Value | undefined => {
    const value = young.get(key);
    if (value !== undefined) return value;
    const aged = old.get(key);
    if (aged !== undefined) set(key, aged);
    return aged;
  };

  return { get, set };
}
