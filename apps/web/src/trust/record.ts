// What the API says of a country, read once from what came over the network. A field that is not
// there, or is something else, is null: not known. A field too many does no harm.

export type Crossing = Readonly<{
  type: string;
  destination: string | null;
  records: number | null;
  bytes: number | null;
}>;

export type Handover = Readonly<{
  id: string | null;
  act: string | null;
  from: string;
  to: string;
  decidedAt: string;
  /** Address of the certificate; null while there is none. */
  certificate: string | null;
}>;

export type Retirement = Readonly<{
  operator: string;
  site: string | null;
  at: string | null;
  handover: string | null;
}>;

export type TrustRecord = Readonly<{
  jurisdiction: string;
  operator: string;
  site: string;
  publicKey: string;
  epoch: number;
  since: string;
  act: string;
  entry: Readonly<{ n: number; hash: string }>;
  standby: Readonly<{ operator: string; site: string }> | null;
  registrarKey: string | null;
  dataAt: string | null;
  border: Readonly<{ since: string | null; asOf: string | null; types: readonly Crossing[] }>;
  handovers: readonly Handover[];
  retirements: readonly Retirement[];
}>;

export type CellLine = Readonly<{
  jurisdiction: string;
  operator: string;
  epoch: number;
  since: string;
  state: string | null;
}>;

export type Books = Readonly<{
  ops: number;
  classes: readonly Readonly<{ name: string; ops: number }>[];
  balanced: boolean;
}>;

/** Entries of lists that are read; more is no answer of ours. */
const LIST_MAX = 10_000;

type Fields = Readonly<Partial<Record<string, unknown>>>;

/** Reads `GET /v1/trust/…`; `undefined` when it is not that. */
export function readTrust(value: unknown): TrustRecord | undefined {
  const fields = fieldsOf(value);
  const jurisdiction = textOf(fields['jurisdiction']);
  const operator = textOf(fields['operator']);
  const since = textOf(fields['since']);
  const epoch = countOf(fields['epoch']);
  const entry = fieldsOf(fields['entry']);
  const n = countOf(entry['n']);
  const hash = textOf(entry['hash']);
  if (jurisdiction === null || operator === null || since === null) return undefined;
  if (epoch === null || n === null || hash === null) return undefined;
  const border = fieldsOf(fields['border']);
  return {
    jurisdiction,
    operator,
    site: textOf(fields['site']) ?? '',
    publicKey: textOf(fields['publicKey']) ?? '',
    epoch,
    since,
    act: textOf(fields['act']) ?? '',
    entry: { n, hash },
    standby: readParty(fields['standby']),
    registrarKey: textOf(fields['registrarKey']),
    dataAt: textOf(fields['dataAt']),
    border: {
      since: textOf(border['since']),
      asOf: textOf(border['asOf']),
      types: listOf(border['types']).flatMap(readCrossing),
    },
    handovers: listOf(fields['handovers']).flatMap(readHandover),
    retirements: listOf(fields['retirements']).flatMap(readRetirement),
  };
}

/** Reads `GET /v1/cells`. */
export function readCells(value: unknown): readonly CellLine[] | undefined {
  const { cells } = fieldsOf(value);
  if (!Array.isArray(cells)) return undefined;
  return listOf(cells).flatMap((item) => {
    const fields = fieldsOf(item);
    const jurisdiction = textOf(fields['jurisdiction']);
    const operator = textOf(fields['operator']);
    const since = textOf(fields['since']);
    const epoch = countOf(fields['epoch']);
    if (jurisdiction === null || operator === null || since === null || epoch === null) return [];
    return [{ jurisdiction, operator, epoch, since, state: textOf(fields['state']) }];
  });
}

/** Reads `GET /v1/cells/…/books`. */
export function readBooks(value: unknown): Books | undefined {
  const fields = fieldsOf(value);
  const ops = countOf(fields['ops']);
  if (ops === null || typeof fields['balanced'] !== 'boolean') return undefined;
  const classes = Object.entries(fieldsOf(fields['classes'])).flatMap(([name, count]) => {
    const known = countOf(count);
    return known === null ? [] : [{ name, ops: known }];
  });
  return { ops, classes, balanced: fields['balanced'] };
}

function readParty(value: unknown): TrustRecord['standby'] {
  const fields = fieldsOf(value);
  const operator = textOf(fields['operator']);
  const site = textOf(fields['site']);
  return operator === null || site === null ? null : { operator, site };
}

function readCrossing(value: unknown): readonly Crossing[] {
  const fields = fieldsOf(value);
  const type = textOf(fields['type']);
  if (type === null) return [];
  const destination = textOf(fields['destination']);
  return [
    { type, destination, records: countOf(fields['records']), bytes: countOf(fields['bytes']) },
  ];
}

function readHandover(value: unknown): readonly Handover[] {
  const fields = fieldsOf(value);
  const from = textOf(fields['from']);
  const to = textOf(fields['to']);
  const decidedAt = textOf(fields['decidedAt']);
  if (from === null || to === null || decidedAt === null) return [];
  const certificate = textOf(fields['certificate']);
  return [
    {
      id: textOf(fields['id']),
      act: textOf(fields['act']),
      from,
      to,
      decidedAt,
      // An address of another origin would be fetched by whoever wrote it.
      certificate: certificate?.startsWith('/v1/') === true ? certificate : null,
    },
  ];
}

function readRetirement(value: unknown): readonly Retirement[] {
  const fields = fieldsOf(value);
  const operator = textOf(fields['operator']);
  if (operator === null) return [];
  const handover = textOf(fields['handover']);
  return [{ operator, site: textOf(fields['site']), at: textOf(fields['at']), handover }];
}

/** The fields of what may be an object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, LIST_MAX) : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function countOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
