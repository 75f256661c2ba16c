// Popularity as short-video platforms see it: the item of rank r is asked for in proportion to
// 1 / r^exponent. A table of even steps through the distribution makes a draw one array read.

export type ZipfTable = Uint32Array;

/** Table entries; twenty times the number of items keeps the rare tail present. */
const ENTRIES_PER_ITEM = 20;
const ENTRIES_MAX = 2 ** 22;

/** A table in which item `i` fills a share of entries in proportion to `1 / (i + 1)^exponent`. */
export function zipfTable(itemCount: number, exponent: number): ZipfTable {
  if (itemCount < 1) throw new RangeError('a Zipf table needs at least one item');
  const entryCount = Math.min(ENTRIES_MAX, itemCount * ENTRIES_PER_ITEM);
  let total = 0;
  for (let rank = 1; rank <= itemCount; rank += 1) total += rank ** -exponent;
  const table = new Uint32Array(entryCount);
  let item = 0;
  let reached = 1 / total;
  for (let entry = 0; entry < entryCount; entry += 1) {
    const position = (entry + 0.5) / entryCount;
    while (reached < position && item < itemCount - 1) {
      item += 1;
      reached += (item + 1) ** -exponent / total;
    }
    table[entry] = item;
  }
  return table;
}
