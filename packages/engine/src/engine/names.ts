// From the names that the outside uses to the cell's own numbers, remembered within bounds.

/** Names kept in one of two generations; the older one goes when the younger is full. */
export class NameCache<Name, No> {
  readonly #namesMax: number;
  #young = new Map<Name, No>();
  #old = new Map<Name, No>();

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  get(name: Name): No | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) this.set(name, old);
    return old;
  }

  set(name: Name, no: No): void {
    if (this.#young.size >= this.#namesMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, no);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
