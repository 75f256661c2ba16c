// A person's key in this browser: made here, kept here, and never out of it. The browser signs with
// it on request; not even this page can read it.

import { ConsoleFault } from './console-fault.ts';

const DATABASE = 'holdfast-console';
const STORE = 'keys';
const KEY_ID_HEX_CHARS = 32;

export type PersonKey = Readonly<{
  /** SPKI in DER, as base64. */
  publicKey: string;
  keyId: string;
  /** Base64url. */
  sign: (text: string) => Promise<string>;
}>;

export type KeptPerson = Readonly<{ name: string; key: PersonKey }>;

/** What lies in the database; a key that cannot be taken out can lie there all the same. */
type Stored = Readonly<{ cell: string; name: string; pair: CryptoKeyPair }>;

/** Makes a key pair whose private half cannot leave the browser. */
export async function makePair(): Promise<CryptoKeyPair> {
  // Absent on pages that came neither over HTTPS nor from this machine.
  if (!globalThis.isSecureContext) throw noKeys('this page came over plain HTTP from elsewhere');
  try {
    return await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  } catch (cause) {
    throw noKeys('this browser has no Ed25519', cause);
  }
}

export async function keyOf({ publicKey, privateKey }: CryptoKeyPair): Promise<PersonKey> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', spki));
  return {
    publicKey: base64(spki),
    keyId: digest
      .reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), '')
      .slice(0, KEY_ID_HEX_CHARS),
    sign: async (text) => {
      const bytes = new TextEncoder().encode(text);
      const signature = await crypto.subtle.sign({ name: 'Ed25519' }, privateKey, bytes);
      return base64(new Uint8Array(signature))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
    },
  };
}

/** Keeps a person of this browser; the one before of the same cell is forgotten. */
export async function keepPerson(stored: Stored): Promise<void> {
  await inStore('readwrite', (store) => store.put(stored, stored.cell));
}

/** Who was enrolled in this browser for a cell, if anybody. */
export async function keptPerson(cell: string): Promise<KeptPerson | null> {
  const stored = await inStore('readonly', (store) => store.get(cell));
  return isStored(stored) ? { name: stored.name, key: await keyOf(stored.pair) } : null;
}

function isStored(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && 'pair' in value && 'name' in value;
}

async function inStore(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  await settled(opening);
  const database = opening.result;
  try {
    const request = work(
      database.transaction(STORE, mode, { durability: 'strict' }).objectStore(STORE),
    );
    await settled(request);
    return request.result as unknown;
  } finally {
    database.close();
  }
}

function settled(request: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => {
      reject(noKeys('this browser keeps nothing, as in a private window', request.error));
    });
  });
}

function noKeys(why: string, cause?: unknown): ConsoleFault {
  return new ConsoleFault(
    'no-keys',
    `This browser cannot hold your key: ${why}. Nothing was done and your code is still good. Open ` +
      'the console over HTTPS, or at 127.0.0.1 through a tunnel, in a current browser.',
    [],
    cause,
  );
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCodePoint(...bytes));
}
