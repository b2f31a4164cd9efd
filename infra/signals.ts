const secondSignalMs = 1_000;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type EndSignal = keyof typeof exitCodes;

export interface SignalHandlers {
  /** True once a signal has come and the process is about to end. */
  seen(): boolean;
  /** Takes the handlers off, unless a signal has come. */
  off(): void;
}

/**
 * Stops everything at the first SIGINT, SIGTERM or SIGHUP and then ends the process. A second signal, at least a second
 * later, kills; sooner than that it is the same Ctrl-C, passed on once more by the program that started us.
 */
export function endOnSignals(
  running: { stop(): Promise<void>; kill(): void },
  onSignal: (signal: NodeJS.Signals) => void = () => undefined,
): SignalHandlers {
  let firstAt = 0;
  const handle = (signal: NodeJS.Signals) => {
    const code = exitCodes[signal as EndSignal];
    if (firstAt === 0) {
      firstAt = Date.now();
      onSignal(signal);
      void running.stop().finally(() => process.exit(code));
    } else if (Date.now() - firstAt > secondSignalMs) {
      running.kill();
      process.exit(code);
    }
  };
  for (const signal of Object.keys(exitCodes)) process.on(signal as EndSignal, handle);
  return {
    seen: () => firstAt !== 0,
    off: () => {
      if (firstAt !== 0) return;
      for (const signal of Object.keys(exitCodes)) process.off(signal as EndSignal, handle);
    },
  };
}
