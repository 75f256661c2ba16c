// Unique words planted where personal data goes in, and the search for them where none may be.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A place in which a marker was found. */
export type Find = Readonly<{ where: string; marker: string; form: string }>;

type Needle = Readonly<{ marker: string; form: string; bytes: Buffer }>;

/** All the ways in which a marker could be written; base64 looks different at each offset. */
function needlesOf(marker: string): readonly Needle[] {
  const plain = Buffer.from(marker);
  const needles: Needle[] = [
    { marker, form: 'plain', bytes: plain },
    { marker, form: 'lower case', bytes: Buffer.from(marker.toLowerCase()) },
    { marker, form: 'utf16', bytes: Buffer.from(marker, 'utf16le') },
    { marker, form: 'hex', bytes: Buffer.from(plain.toString('hex')) },
    { marker, form: 'percent', bytes: Buffer.from(encodeURIComponent(marker)) },
  ];
  for (let offset = 0; offset < 3; offset += 1) {
    const padded = Buffer.concat([Buffer.alloc(offset), plain]).toString('base64');
    // The characters at both ends also hold bits of what stands beside the marker.
    const inner = padded.slice(offset === 0 ? 0 : offset + 1, -4).replace(/=+$/, '');
    needles.push({ marker, form: 'base64', bytes: Buffer.from(inner) });
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    needles.push({ marker, form: 'base64url', bytes: Buffer.from(url) });
  }
  return needles;
}

/** Every marker in a piece of bytes. */
export function findMarkers(
  where: string,
  content: string | Buffer,
  markers: readonly string[],
): readonly Find[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return markers
    .flatMap(needlesOf)
    .filter((needle) => bytes.includes(needle.bytes))
    .map(({ marker, form }) => ({ where, marker, form }));
}

/** Every marker in the files under a folder, whatever their names; names are looked at too. */
export function findInFolder(
  folder: string,
  markers: readonly string[],
  isLookedAt: (path: string) => boolean = () => true,
): readonly Find[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.map((path) => join(folder, path)).filter((path) => isLookedAt(path));
  return files.flatMap((path) => {
    const inName = findMarkers(`name of ${path}`, relative(folder, path), markers);
    const bytes = contentOf(path);
    return bytes === undefined ? inName : [...inName, ...findMarkers(path, bytes, markers)];
  });
}

/** The bytes of a file; `undefined` for a folder, and for what has gone since it was listed. */
function contentOf(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What stands behind the base64url pieces of a text, such as of a grant or a cookie. */
export function behindBase64(text: string): Buffer {
  const pieces = text.split(/[^A-Za-z0-9_-]+/).flatMap((piece) => [piece, piece.slice(4)]);
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64url')));
}
