import { useEffect, useState } from 'react';
import { checkCharter } from './check-charter.ts';
import type { CharterVerdict } from './check-charter.ts';
import type { CharterText } from './ask-charter.ts';

export type Checking = CharterVerdict | Readonly<{ kind: 'checking' }>;

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Checks a charter whenever another one has come. */
export function useCharterVerdict(charter: CharterText | undefined): Checking {
  const [verdict, setVerdict] = useState<Checking>({ kind: 'checking' });
  useEffect(() => {
    if (charter === undefined) return undefined;
    let isCurrent = true;
    const check = async (): Promise<void> => {
      const { browserCrypto } = await import('./browser-crypto.ts');
      const found = await checkCharter(browserCrypto, charter.entries, breathe);
      if (isCurrent) setVerdict(found);
    };
    check().catch((error: unknown) => {
      const fault = error instanceof Error ? error.message : String(error);
      if (isCurrent) setVerdict({ kind: 'broken', n: 0, fault });
    });
    return () => {
      isCurrent = false;
    };
  }, [charter]);
  return verdict;
}
