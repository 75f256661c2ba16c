// The registrar: keeps the charter, which says who owns each cell, from which epoch and since when.
//
// Rules: docs/spec/charter.md (R1 to R9).
//
// Why it is safe: a decision is recorded only when it follows the newest entry of its cell (R5),
// checking and writing happen in one synchronous call, and the answer comes after the entry is on
// disk (R6). So of two parties that both want epoch e+1 exactly one gets it, and a crash cannot
// undo it. The registrar is trusted with order alone: what it may record is signed by the parties.

import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { mayAppend } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody, CharterRefusal } from '@holdfast/engine/handover/charter-rules.ts';
import {
  decisionDigest,
  faultOfSignatures,
  NO_HASH,
} from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry, SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { publicKeyText } from '../signed/wire-key.ts';
import { witnessEntry } from './charter-entry.ts';
import type { CharterView } from './charter.ts';
import { charterFile, openCharter } from './open-charter.ts';
import type { OpenCharter, OpenedCharter } from './open-charter.ts';
import { makeRegistrarKey } from './operator-keys.ts';
import { RegistrarError } from './registrar-error.ts';

export type AppendResult = Readonly<
  /** `isNew` is false when the very same decision was recorded before: it is asked again. */
  | { kind: 'appended'; entry: CharterEntry; isNew: boolean }
  /** Another decision came first, or the epoch skips one; nothing was recorded. */
  | { kind: 'not-next'; newest: CharterEntry | undefined }
  /** The decision is not sound, or not signed as it must be; nothing was recorded. */
  | { kind: 'refused'; code: CharterRefusal | 'not-signed'; detail: string }
>;

/** Synchronous; one process at a time. Failures of the disk throw `RegistrarError`. */
export type Registrar = Readonly<{
  charter: CharterView;
  /** Signs what the registrar says. */
  privateKey: KeyObject;
  /** Records a decision, if it is the next one of its cell. Durable on return. */
  append: (signed: SignedDecision) => AppendResult;
  /** Calls back with each entry once it is durable; returns what ends that. */
  watch: (listener: (entry: CharterEntry) => void) => () => void;
  close: () => void;
}>;

export type OpenRegistrar = Omit<OpenCharter, 'file'> &
  Readonly<{
    /** Has the charter and the key that witnesses every entry; both are made where there is none. */
    dataDir: string;
    /** Milliseconds since 1970, for `sinceMs`. */
    nowMs: () => number;
  }>;

/** Opens the charter and checks every entry of it (R8). Throws `RegistrarError`. */
export function openRegistrar(options: OpenRegistrar): Registrar {
  const { nowMs, dataDir } = options;
  const opened = openCharter({ ...options, file: charterFile(dataDir) });
  const { view } = opened.charter;
  const privateKey = witnessKey(opened, dataDir);
  const listeners = new Set<(entry: CharterEntry) => void>();

  const recorded = ({ decision }: SignedDecision): CharterEntry | undefined => {
    const { cell, epoch } = decision;
    const entry = view.entryOf(cell, epoch);
    if (entry === undefined) return undefined;
    const before = view.entryOf(cell, (epoch - 1) as typeof epoch)?.hash ?? NO_HASH;
    const hashOf = (body: CharterBody): string => hexOf(decisionDigest(nodeCrypto, body, before));
    const isSame = hashOf(entry) === hashOf(decision);
    return isSame ? entry : undefined;
  };

  return {
    charter: view,
    privateKey,
    append: (signed) => {
      const { cell, epoch } = signed.decision;
      const same = recorded(signed);
      if (same !== undefined) return { kind: 'appended', entry: same, isNew: false };
      const newest = view.newest(cell);
      if (epoch !== (newest?.epoch ?? 0) + 1) return { kind: 'not-next', newest };
      const may = mayAppend(newest, signed.decision);
      if (may.kind === 'refused') return may;
      const follows = view.follows(cell);
      const detail = faultOfSignatures(nodeCrypto, signed, follows, may.signers);
      if (detail !== undefined) return { kind: 'refused', code: 'not-signed', detail };
      const previousHash = view.newestHash();
      const place = { n: view.size() + 1, sinceMs: nowMs(), previousHash, follows };
      const entry = witnessEntry(signed, place, privateKey);
      opened.add(entry);
      for (const listener of listeners) listener(entry);
      return { kind: 'appended', entry, isNew: true };
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: opened.close,
  };
}

function witnessKey({ charter, close }: OpenedCharter, dataDir: string): KeyObject {
  const witness = charter.view.registrarKey();
  try {
    const privateKey = makeRegistrarKey(dataDir, witness !== undefined);
    const publicKey = publicKeyText(createPublicKey(privateKey));
    if (witness === undefined || witness === publicKey) return privateKey;
    throw new RegistrarError(
      'registrar-key-differs',
      `The registrar's key in ${dataDir} is not the one that witnessed the charter there. Nothing ` +
        'was changed. Bring registrar/key.pem back from the backup that the charter is from.',
    );
  } catch (cause) {
    close();
    throw cause;
  }
}
