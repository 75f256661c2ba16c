// Closes what was opened, last first, and goes on when one of them fails to close.

export type CloseStack = Readonly<{
  push: (name: string, close: () => void | Promise<void>) => void;
  /** Resolves with whether everything closed well; may be repeated. */
  closeAll: () => Promise<boolean>;
}>;

export function closeStack(onFailed: (name: string, cause: unknown) => void): CloseStack {
  const opened: { name: string; close: () => void | Promise<void> }[] = [];
  return {
    push: (name, close) => {
      opened.push({ name, close });
    },
    closeAll: async () => {
      let isClean = true;
      for (let top = opened.pop(); top !== undefined; top = opened.pop()) {
        try {
          await top.close();
        } catch (cause) {
          isClean = false;
          onFailed(top.name, cause);
        }
      }
      return isClean;
    },
  };
}
