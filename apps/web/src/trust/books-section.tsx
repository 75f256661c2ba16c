import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Chip } from '../ui/chip.tsx';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { askBooks } from './ask.ts';
import type { Books } from './record.ts';
import { Trouble, Waiting } from './trouble.tsx';
import { CLASS_WORDS } from './words.ts';

/** How every like and view of the country ended. */
export function BooksSection({ jurisdiction }: Readonly<{ jurisdiction: string }>): ReactElement {
  const books = useQuery(askBooks(jurisdiction));
  const intro =
    'Everything that was accepted ended in exactly one class, and the classes add up to what was accepted. Your browser adds them up here.';
  return (
    <Section title="The books" intro={intro}>
      {books.data === undefined && books.error === null && <Waiting what="The books" />}
      {books.data === undefined && books.error !== null && (
        <Trouble what="The books" error={books.error} retry={() => void books.refetch()} />
      )}
      {books.data !== undefined && <BooksTable books={books.data} />}
    </Section>
  );
}

function BooksTable({ books }: Readonly<{ books: Books }>): ReactElement {
  const { ops, classes, balanced } = books;
  const sum = classes.reduce((all, one) => all + one.ops, 0);
  const isBalanced = balanced && sum === ops;
  return (
    <>
      <p className="row">
        <Chip tone={isBalanced ? 'good' : 'bad'}>
          {isBalanced ? 'the books balance' : 'the books do not balance'}
        </Chip>
        <span className="small soft digits">
          {write.count(sum)} in classes, {write.count(ops)} accepted
        </span>
      </p>
      <div className="table-wrap" role="region" aria-label="Table of the books" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">How it ended</th>
              <th scope="col" className="number">
                Likes, unlikes and views
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.map(({ name, ops: ended }) => (
              <tr key={name}>
                <th scope="row">{CLASS_WORDS[name] ?? name}</th>
                <td className="number">{write.count(ended)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">accepted in all</th>
              <td className="number">{write.count(ops)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}
