// The body of a bulk request: from text to groups of ops for each cell. Rules A38 to A42.
//
// Parsing 10,000 lines one by one costs twice as much as parsing them as one array, so a body that
// is plainly one flat object a line is parsed whole. Why that finds the same: '{' stands at the
// start of every line and nowhere else, and the array has as many elements as there are lines, all
// of them ops. Every op takes a '{' of its own, so none is left for a string or an inner object,
// and every op begins a line and ends before the next. Whatever does not fit goes the slow way,
// which also tells the number of the line.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { BULK_LINES_MAX } from '@holdfast/protocol/limits.ts';
import { parseBulkLine } from '@holdfast/protocol/ops.ts';
import type { BulkOp, Op } from '@holdfast/protocol/ops.ts';
import type { Identity, OpGroup } from '../cell/cell-client.ts';
import { bulkSessionKey } from '../cell/session-key.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

const LINE_END = '\n';

type Lines = Readonly<{ kind: 'lines'; lines: readonly BulkOp[] }>;

/** The ops of a bulk body in the order of its lines, or why it is refused. */
export function parseBulkBody(body: string): Lines | Refusal {
  const text = body.endsWith(LINE_END) ? body.slice(0, -1) : body;
  if (text === '') return refusal('malformed-line', 'The body holds no line.', { line: 1 });
  const lineCount = countLines(text);
  if (lineCount > BULK_LINES_MAX) {
    return refusal(
      'too-many-ops',
      `A bulk request may hold at most ${BULK_LINES_MAX} lines. Nothing of it was recorded.`,
    );
  }
  const parsed = parseWhole(text, lineCount) ?? parseEach(text);
  return 'kind' in parsed ? parsed : { kind: 'lines', lines: parsed };
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf(LINE_END); at !== -1; at = text.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}

/** The fast way; `undefined` when the body must be looked at line by line. */
function parseWhole(text: string, lineCount: number): readonly BulkOp[] | undefined {
  if (!isOneObjectALine(text)) return undefined;
  let values: unknown;
  try {
    values = JSON.parse(`[${text.replaceAll(LINE_END, ',')}]`);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || values.length !== lineCount) return undefined;
  const ops: BulkOp[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const op = parseBulkLine(values[index]);
    if ('kind' in op) return undefined;
    ops.push(op);
  }
  return ops;
}

/** Whether '{' stands at the start of every line and nowhere else. */
function isOneObjectALine(text: string): boolean {
  let brace = text.indexOf('{');
  if (brace !== 0) return false;
  for (let end = text.indexOf(LINE_END); ; end = text.indexOf(LINE_END, end + 1)) {
    brace = text.indexOf('{', brace + 1);
    if (end === -1) return brace === -1;
    if (brace !== end + 1) return false;
  }
}

/** The sure way: the first bad line is named. */
function parseEach(text: string): readonly BulkOp[] | Refusal {
  const ops: BulkOp[] = [];
  for (const line of text.split(LINE_END)) {
    const op = parseLine(line);
    if (typeof op === 'string') {
      const number = ops.length + 1;
      const detail = `Line ${number}: ${op}. Nothing of this request was recorded.`;
      return refusal('malformed-line', detail, { line: number });
    }
    ops.push(op);
  }
  return ops;
}

/** The op of a line, or what is wrong with it. */
function parseLine(line: string): BulkOp | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not valid JSON';
  }
  const op = parseBulkLine(value);
  return 'kind' in op ? op.detail : op;
}

type OpenGroup = OpGroup & { readonly ops: Op[] };
type OpenLoad = { groups: OpenGroup[]; latest: Map<string, OpenGroup> };

const ANONYMOUS: Identity = { kind: 'anonymous' };

function subjectOf({ who }: OpGroup): string | undefined {
  return who.kind === 'subject' ? who.subject : undefined;
}

/**
 * Sorts lines by cell and session. A line joins its session's latest group when the subject is the
 * same, else it begins a new one, and a cell takes groups in order: so each session's lines stay in
 * order (A40).
 */
export function groupBulk(
  tenant: string,
  lines: readonly BulkOp[],
): ReadonlyMap<Jurisdiction, readonly OpGroup[]> {
  const loads = new Map<Jurisdiction, OpenLoad>();
  for (const { jurisdiction, session, subject, op } of lines) {
    let load = loads.get(jurisdiction);
    if (load === undefined) {
      load = { groups: [], latest: new Map() };
      loads.set(jurisdiction, load);
    }
    const group = load.latest.get(session);
    if (group !== undefined && subjectOf(group) === subject) {
      group.ops.push(op);
      continue;
    }
    const opened: OpenGroup = {
      sessionKey: bulkSessionKey(tenant, session),
      who: subject === undefined ? ANONYMOUS : { kind: 'subject', tenant, subject },
      startedAtMs: undefined,
      ops: [op],
    };
    load.groups.push(opened);
    load.latest.set(session, opened);
  }
  return new Map([...loads].map(([jurisdiction, { groups }]) => [jurisdiction, groups]));
}
