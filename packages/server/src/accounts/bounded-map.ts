/** Puts an entry last, and drops the first one when there are too many: the longest untouched. */
export function setLast<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  entriesMax: number,
): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= entriesMax) return;
  for (const first of map.keys()) {
    map.delete(first);
    return;
  }
}
