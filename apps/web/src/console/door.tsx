// The door: a browser that holds a key signs in with it, another one is enrolled with a code.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement, SubmitEvent } from 'react';
import { useState } from 'react';
import type { ConsoleSession } from '@holdfast/protocol/console.ts';
import { Frame } from '../ui/frame.tsx';
import { Notice } from '../ui/notice.tsx';
import { enrol, signIn } from './api.ts';
import { Fault } from './fault.tsx';
import { keepPerson, keptPerson, keyOf, makePair } from './person-key.ts';
import type { KeptPerson } from './person-key.ts';

type DoorProps = Readonly<{ cell: string; onSignedIn: (session: ConsoleSession) => void }>;

export function Door({ cell, onSignedIn }: DoorProps): ReactElement {
  const [isEnrolling, setEnrolling] = useState(false);
  const kept = useQuery({
    queryKey: ['console', 'kept', cell],
    queryFn: () => keptPerson(cell),
    retry: false,
  });
  const person = kept.data ?? null;
  const isKnown = person !== null && !isEnrolling;
  return (
    <Frame title="Console">
      <div className="page-head">
        <p className="eyebrow">Cell {cell}</p>
        <h1>{isKnown ? 'Sign in' : 'Enrol this browser'}</h1>
        <p className="lead">
          {isKnown
            ? 'Your key is in this browser. Signing in proves it to the cell; nothing is typed.'
            : 'The browser makes a key that never leaves it. Your code lets it in, once.'}
        </p>
      </div>
      {kept.error !== null && (
        <Notice tone="bad">
          <p>{kept.error.message}</p>
        </Notice>
      )}
      {isKnown ? (
        <SignIn {...{ cell, person, onSignedIn }} onOther={() => setEnrolling(true)} />
      ) : (
        !kept.isPending && <Enrol {...{ cell, onSignedIn }} />
      )}
    </Frame>
  );
}

function SignIn({
  cell,
  person,
  onSignedIn,
  onOther,
}: DoorProps & Readonly<{ person: KeptPerson; onOther: () => void }>): ReactElement {
  const { name, key } = person;
  const entering = useMutation({
    mutationFn: () => signIn(cell, name, key),
    onSuccess: onSignedIn,
  });
  return (
    <div className="card stack console-door">
      <div className="row">
        <button
          className="button"
          data-kind="main"
          type="button"
          disabled={entering.isPending}
          onClick={() => entering.mutate()}
        >
          Sign in as {name}
        </button>
        <button className="button" type="button" onClick={onOther}>
          Enrol anew
        </button>
      </div>
      <Fault error={entering.error} />
    </div>
  );
}

function Enrol({ cell, onSignedIn }: DoorProps): ReactElement {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const entering = useMutation({
    mutationFn: async () => {
      const pair = await makePair();
      const key = await keyOf(pair);
      const asked = { name: name.trim().toLowerCase(), code: code.trim(), key };
      await enrol(cell, asked);
      await keepPerson({ cell, name: asked.name, pair });
      await queries.invalidateQueries({ queryKey: ['console', 'kept'] });
      return signIn(cell, asked.name, key);
    },
    onSuccess: onSignedIn,
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    entering.mutate();
  };
  return (
    <form className="card stack console-door" onSubmit={submit}>
      <div className="field">
        <label htmlFor="enrol-name">Your name on the staff list</label>
        <input
          id="enrol-name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="enrol-code">Code</label>
        <input
          id="enrol-code"
          className="mono"
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={40}
          aria-describedby="enrol-help"
          required
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <p id="enrol-help" className="small soft">
          Sixteen letters and digits, good for 15 minutes. It comes from{' '}
          <code>holdfast staff add NAME</code> on the machine of the cell.
        </p>
      </div>
      <div>
        <button className="button" data-kind="main" type="submit" disabled={entering.isPending}>
          Enrol and sign in
        </button>
      </div>
      <Fault error={entering.error} />
    </form>
  );
}
