// A list in which what was just taken back stays where it was, so that a slip can be put right.

/** The items with each shown row that is no longer among them, after the row it stood after. */
export function withKept(items: readonly string[], shown: readonly string[]): readonly string[] {
  const rows = [...items];
  for (const [index, id] of shown.entries()) {
    if (rows.includes(id)) continue;
    const before = shown[index - 1];
    rows.splice(before === undefined ? 0 : rows.indexOf(before) + 1, 0, id);
  }
  return rows;
}
