// The answer to ops as text. Built by hand: it is the most frequent answer of all.

import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { SubmitReply } from '../cell/cell-client.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';

type Durable = Extract<SubmitReply, { kind: 'durable' }>;

const tails = new Map<number, string>();

/** `,"outcome":"…"}` for an outcome byte, made once for each. */
function tailOf(byte: number): string {
  const known = tails.get(byte);
  if (known !== undefined) return known;
  const code = invalidCodeOf(byte);
  const codeText = code === undefined ? '' : `,"code":"${code}"`;
  const tail = `,"outcome":"${outcomeOf(byte)}"${codeText}}`;
  tails.set(byte, tail);
  return tail;
}

/** The body of a 200 (A32). Ids and outcomes need no escaping. */
export function opsAnswer(cell: Jurisdiction, reply: Durable, ops: readonly Op[]): string {
  const { epoch, seq, outcomes } = reply;
  let text = `{"cell":"${cell}","epoch":${epoch},"seq":${seq},"results":[`;
  for (let index = 0; index < ops.length; index += 1) {
    const op = ops[index];
    const byte = outcomes[index];
    if (op === undefined || byte === undefined) throw new Error('a cell answers every op');
    text += `${index === 0 ? '' : ','}{"n":${op.n}${tailOf(byte)}`;
  }
  return `${text}]}`;
}
