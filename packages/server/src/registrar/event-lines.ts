// Reads server-sent events out of bytes as they arrive.

export type ServerEvent = Readonly<{ event: string; data: string }>;

export type EventReader = Readonly<{
  /** The events that are whole now; `too-large` when one grows beyond what is allowed. */
  push: (bytes: Buffer) => readonly ServerEvent[] | 'too-large';
}>;

export function eventReader(charsMax: number): EventReader {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    push: (bytes) => {
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      if (rest.length > charsMax) return 'too-large';
      return blocks.map(eventOf);
    },
  };
}

function eventOf(block: string): ServerEvent {
  const fields = { event: 'message', data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) fields.event = line.slice('event: '.length);
    if (line.startsWith('data: ')) fields.data = line.slice('data: '.length);
  }
  return fields;
}
