// Operations that the public page of a jurisdiction reads: the charter, hand-overs, certificates.

import {
  answer,
  inPath,
  inQuery,
  list,
  mapOf,
  named,
  NO_CREDENTIAL,
  object,
  problems,
} from './openapi-types.ts';
import type { Answer, Operation, Parameter, Paths, Schema } from './openapi-types.ts';

const cell = inPath('jurisdiction', named('Jurisdiction'), 'The cell.');
const after = inQuery('after', { type: 'integer', minimum: 0 }, 'Entries after this number.');

const look = (
  operationId: string,
  summary: string,
  parameters: readonly Parameter[],
  ok: Answer,
  ...errors: readonly number[]
): Operation => ({
  operationId,
  summary,
  tags: ['trust'],
  security: NO_CREDENTIAL,
  parameters,
  responses: { '200': ok, ...problems(400, ...errors) },
});

export const trustPaths: Paths = {
  '/v1/trust/{jurisdiction}': {
    get: look(
      'getTrust',
      'Who runs a cell, since when and by which act, where its data lies, what crossed its border',
      [cell],
      answer('As far as it is known here; null is not known.', named('Trust')),
      404,
    ),
  },
  '/v1/cells/{jurisdiction}/handovers': {
    get: look(
      'getHandovers',
      'Every change of who owns a cell, oldest first',
      [cell],
      answer('The changes.', named('Handovers')),
      404,
    ),
  },
  '/v1/handovers/{id}/certificate': {
    get: look(
      'getCertificate',
      'The certificate of a hand-over, to be checked offline',
      [inPath('id', named('Id'), 'The hand-over.')],
      answer('The file, byte for byte.', named('Certificate')),
      404,
    ),
  },
  '/v1/retirements/{id}': {
    get: look(
      'getRetirement',
      'The inventory of what was destroyed of a copy after a hand-over, signed and witnessed',
      [inPath('id', named('Id'), 'The hand-over.')],
      answer('The file, byte for byte; `holdfast handover verify` checks it.', named('Inventory')),
      404,
    ),
  },
  '/v1/charter': {
    get: look(
      'getCharter',
      'The charter, as this gateway has checked it',
      [after],
      answer('A page of at most 1,000 entries.', named('CharterPage')),
    ),
  },
  '/v1/charter/cells/{cell}': {
    get: look(
      'getCharterOfCell',
      'The newest charter entry of a cell',
      [inPath('cell', named('Jurisdiction'), 'The cell.')],
      answer('The entry.', named('CharterEntry')),
      404,
    ),
  },
  '/v1/charter/stream': {
    get: look(
      'streamCharter',
      'Charter entries as they come',
      [after],
      {
        description:
          'Events `entry`, each a CharterEntry, and each second `heartbeat` with the newest head.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      400,
      503,
    ),
  },
};

const whole: Schema = { type: 'integer', minimum: 0 };
const text: Schema = { type: 'string' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const any: Schema = { type: 'object', additionalProperties: true };
const entry = object({ n: whole, hash: text });
const crossed = list(
  object({
    type: text,
    destination: { type: 'string', enum: ['public', 'operator', 'own'] },
    records: whole,
    bytes: whole,
  }),
);
const party = object({ operator: text, site: text, publicKey: text, url: text });
const cut = object({ seq: whole, chain: text, likesHash: text, countsHash: text });
const signature = object({ operator: text, publicKey: text, signature: text });

export const trustSchemas: Readonly<Record<string, Schema>> = {
  Trust: object({
    jurisdiction: named('Jurisdiction'),
    operator: text,
    site: text,
    publicKey: text,
    epoch: whole,
    since: named('Time'),
    act: text,
    entry,
    standby: orNull(object({ operator: text, site: text })),
    registrarKey: text,
    dataAt: orNull(text),
    border: object({
      since: orNull(named('Time')),
      asOf: orNull(named('Time')),
      types: crossed,
      days: list(object({ day: text, types: crossed })),
    }),
    handovers: list(named('Handover')),
    retirements: list(any),
  }),
  Handover: object({
    id: orNull(named('Id')),
    act: text,
    epoch: whole,
    from: text,
    fromSite: text,
    to: text,
    toSite: text,
    reason: text,
    decidedAt: named('Time'),
    entry,
    certificate: orNull(text),
  }),
  Handovers: object({ cell: named('Jurisdiction'), handovers: list(named('Handover')) }),
  Certificate: { ...object({ body: any, signatures: list(signature), witness: any }) },
  Inventory: object({ body: any, signature: text, witness: any }),
  CharterHead: object({ newest: whole, newestHash: text, atMs: whole, signature: text }),
  CharterPage: object({
    registrar: object({ publicKey: orNull(text) }),
    head: orNull(named('CharterHead')),
    newest: whole,
    newestHash: text,
    entries: list(named('CharterEntry')),
  }),
  CharterEntry: object(
    {
      n: whole,
      cell: named('Jurisdiction'),
      epoch: whole,
      act: text,
      owner: party,
      follower: party,
      rule: { type: 'string', enum: ['solo', 'joint'] },
      cut,
      reason: text,
      handover: named('Id'),
      sinceMs: whole,
      previousHash: text,
      hash: text,
      signatures: list(signature),
      registrar: mapOf(text),
    },
    ['follower', 'cut', 'handover'],
  ),
};
