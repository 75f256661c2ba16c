import { useEffect, useMemo } from 'react';

/** An address of a blob for as long as it is drawn. */
export function useObjectUrl(blob: Blob | null): string | undefined {
  const url = useMemo(() => (blob === null ? undefined : URL.createObjectURL(blob)), [blob]);
  useEffect(() => {
    if (url === undefined) return;
    return () => URL.revokeObjectURL(url);
  }, [url]);
  return url;
}
